//! What a drawing looks like: three colours and a few round shapes, chosen by the hash of a name.
//!
//! Each drawing is described once, by its shapes; it is written as SVG or sampled into a PNG from there.

use std::fmt::Write as _;

use super::png;
use crate::assets::fingerprint;

/// Ground, shape and line of every drawing.
const PALETTES: [[u32; 3]; 8] = [
    [0x00f7_dfc8, 0x00d2_573a, 0x006b_2417],
    [0x00d8_ebe2, 0x002f_7d6b, 0x000f_3b34],
    [0x00fb_e7b5, 0x00e0_992b, 0x0069_3f08],
    [0x00e3_e1f3, 0x006a_62b8, 0x0028_235c],
    [0x00f9_dbe0, 0x00c9_526f, 0x0060_182d],
    [0x00d9_e8f2, 0x003e_7fae, 0x0014_3a58],
    [0x00e6_ecd0, 0x007c_9440, 0x0034_4112],
    [0x00ef_e2d6, 0x009a_6b4b, 0x0043_2a19],
];

/// Something of one colour; 0 is the ground, 1 the shape, 2 the line.
#[derive(Clone, Debug)]
enum Shape {
    Circle {
        x: f32,
        y: f32,
        r: f32,
        colour: usize,
    },
    /// The lower part of a ring, open above: a smile.
    Smile {
        x: f32,
        y: f32,
        r: f32,
        colour: usize,
    },
    /// A quarter of a disc whose corner lies at the point and that opens towards the two signs.
    Quarter {
        x: f32,
        y: f32,
        r: f32,
        towards: (f32, f32),
        colour: usize,
    },
    /// Everything below a wavy line.
    Hill {
        height: f32,
        swing: f32,
        length: f32,
        shift: f32,
        colour: usize,
    },
}

/// Half the width of the line of a smile.
const LINE: f32 = 1.6;

/// A picture of a few shapes, the later above the earlier.
#[derive(Clone, Debug)]
pub(super) struct Drawing {
    colours: [u32; 3],
    width: f32,
    height: f32,
    pixels: (usize, usize),
    shapes: Vec<Shape>,
}

/// Numbers that a name stands for, one after the other.
struct Dice(u64);

impl Dice {
    fn of(name: &str) -> Self {
        Self(fingerprint(name.to_lowercase().as_bytes()))
    }

    fn roll(&mut self, sides: u64) -> usize {
        // A step of splitmix64: neighbouring names get very different faces.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides).unwrap_or_default()
    }

    /// A number between the two, in sixteen steps.
    fn between(&mut self, low: f32, high: f32) -> f32 {
        let step = u8::try_from(self.roll(16)).unwrap_or_default();
        low + (high - low) * f32::from(step) / 15.0
    }
}

impl Drawing {
    fn square(colours: [u32; 3], shapes: Vec<Shape>) -> Self {
        Self {
            colours,
            width: 64.0,
            height: 64.0,
            pixels: (128, 128),
            shapes,
        }
    }

    /// Somebody's face: a round head, looking somewhere, in a good mood.
    pub(super) fn face(name: &str) -> Self {
        let mut dice = Dice::of(name);
        let colours = PALETTES[dice.roll(8)];
        let (x, y) = (dice.between(26.0, 38.0), dice.between(34.0, 42.0));
        let (gaze, apart, eye) = (
            dice.between(-4.0, 4.0),
            dice.between(6.5, 10.0),
            dice.between(2.4, 3.4),
        );
        let (x_eye, y_eye) = (x + gaze, y - dice.between(4.0, 8.0));
        let (r, smile) = (dice.between(23.0, 29.0), dice.between(7.0, 10.0));
        let mouth = dice.between(4.0, 6.5);
        let [_, shape, line] = colours;
        let ground = PALETTES[dice.roll(8)][0];
        let mut shapes = hair(&mut dice, x, y, r);
        shapes.extend([
            Shape::Circle { x, y, r, colour: 1 },
            Shape::Circle {
                x: x_eye - apart,
                y: y_eye,
                r: eye,
                colour: 2,
            },
            Shape::Circle {
                x: x_eye + apart,
                y: y_eye,
                r: eye,
                colour: 2,
            },
            Shape::Smile {
                x: x_eye,
                y: y_eye + smile,
                r: mouth,
                colour: 2,
            },
        ]);
        Self::square([ground, shape, line], shapes)
    }

    /// A group's emblem: four tiles with round things on them.
    pub(super) fn emblem(name: &str) -> Self {
        let mut dice = Dice::of(name);
        let colours = PALETTES[dice.roll(8)];
        let mut shapes = Vec::with_capacity(5);
        for (left, top) in [(0.0, 0.0), (32.0, 0.0), (0.0, 32.0), (32.0, 32.0)] {
            let colour = 1 + dice.roll(2);
            let side = |far: bool| if far { 32.0 } else { 0.0 };
            let sign = |far: bool| if far { -1.0 } else { 1.0 };
            let (right, below) = (dice.roll(2) == 1, dice.roll(2) == 1);
            let corner = Shape::Quarter {
                x: left + side(right),
                y: top + side(below),
                r: 32.0,
                towards: (sign(right), sign(below)),
                colour,
            };
            match dice.roll(5) {
                0 => shapes.push(Shape::Circle {
                    x: left + 16.0,
                    y: top + 16.0,
                    r: 11.0,
                    colour,
                }),
                1 => {
                    shapes.push(corner);
                    shapes.push(Shape::Circle {
                        x: left + 16.0,
                        y: top + 16.0,
                        r: 5.0,
                        colour: 0,
                    });
                }
                _ => shapes.push(corner),
            }
        }
        Self::square(colours, shapes)
    }

    /// A landscape of two hills and a sun.
    pub(super) fn landscape(name: &str) -> Self {
        let mut dice = Dice::of(name);
        let colours = PALETTES[dice.roll(8)];
        let hill = |dice: &mut Dice, height: f32, colour| Shape::Hill {
            height: dice.between(height - 4.0, height + 4.0),
            swing: dice.between(3.0, 8.0),
            length: dice.between(28.0, 60.0),
            shift: dice.between(0.0, 6.0),
            colour,
        };
        let sun = Shape::Circle {
            x: dice.between(30.0, 270.0),
            y: dice.between(30.0, 42.0),
            r: dice.between(10.0, 18.0),
            colour: 1,
        };
        let shapes = vec![sun, hill(&mut dice, 52.0, 1), hill(&mut dice, 66.0, 2)];
        Self {
            colours,
            width: 300.0,
            height: 100.0,
            pixels: (600, 200),
            shapes,
        }
    }

    /// The drawing as shapes.
    pub(super) fn svg(&self) -> String {
        let (width, height) = (self.width, self.height);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"xMidYMid slice\">\
             <path fill=\"#{:06x}\" d=\"M0 0h{width}v{height}H0z\"/>",
            self.colours[0]
        );
        for shape in &self.shapes {
            // Writing to a string cannot fail.
            let _ = self.write_shape(&mut svg, shape);
        }
        svg.push_str("</svg>");
        svg
    }

    fn write_shape(&self, svg: &mut String, shape: &Shape) -> std::fmt::Result {
        match *shape {
            Shape::Circle { x, y, r, colour } => {
                write!(
                    svg,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"#{:06x}\"/>",
                    self.colours[colour]
                )
            }
            Shape::Smile { x, y, r, colour } => write!(
                svg,
                "<path d=\"M{:.1} {y:.1}a{r:.1} {r:.1} 0 0 0 {:.1} 0\" fill=\"none\" stroke=\"#{:06x}\" stroke-width=\"{:.1}\" \
                 stroke-linecap=\"round\"/>",
                x - r,
                2.0 * r,
                self.colours[colour],
                2.0 * LINE,
            ),
            Shape::Quarter {
                x,
                y,
                r,
                towards: (right, down),
                colour,
            } => write!(
                svg,
                "<path d=\"M{x} {y}h{:.1}A{r} {r} 0 0 {} {x} {:.1}z\" fill=\"#{:06x}\"/>",
                right * r,
                u8::from(right * down > 0.0),
                y + down * r,
                self.colours[colour],
            ),
            Shape::Hill { colour, .. } => {
                write!(svg, "<path d=\"M0 {}", self.height)?;
                for step in 0_u16..=60 {
                    let x = self.width * f32::from(step) / 60.0;
                    write!(svg, "L{x:.0} {:.1}", shape.crest(x))?;
                }
                write!(
                    svg,
                    "V{}z\" fill=\"#{:06x}\"/>",
                    self.height, self.colours[colour]
                )
            }
        }
    }

    /// The drawing as dots.
    pub(super) fn png(&self) -> Vec<u8> {
        let (columns, rows) = self.pixels;
        png::write(columns, rows, self.colours, |x, y| {
            #[expect(clippy::cast_precision_loss, reason = "a few hundred dots")]
            let scale = self.width / columns as f32;
            self.shapes
                .iter()
                .rev()
                .find_map(|shape| shape.covers(x * scale, y * scale))
                .unwrap_or(0)
        })
    }
}

/// What stands behind a head: nothing, short hair, a bun, two of them, or curls.
fn hair(dice: &mut Dice, x: f32, y: f32, r: f32) -> Vec<Shape> {
    let tuft = |right: f32, up: f32, size: f32| Shape::Circle {
        x: x + right * r,
        y: y - up * r,
        r: size * r,
        colour: 2,
    };
    match dice.roll(6) {
        0 => vec![tuft(0.0, 0.22, 0.99)],
        1 => vec![tuft(0.0, 0.16, 0.97), tuft(0.3, 1.08, 0.34)],
        2 => vec![tuft(-0.8, 0.62, 0.36), tuft(0.8, 0.62, 0.36)],
        3 => vec![
            tuft(-0.62, 0.72, 0.36),
            tuft(0.0, 0.98, 0.4),
            tuft(0.62, 0.72, 0.36),
        ],
        _ => Vec::new(),
    }
}

impl Shape {
    /// The colour of this shape, when it covers the point.
    fn covers(&self, px: f32, py: f32) -> Option<usize> {
        let (inside, colour) = match *self {
            Self::Circle { x, y, r, colour } => ((px - x).hypot(py - y) <= r, colour),
            Self::Smile { x, y, r, colour } => {
                let on_ring = py >= y && ((px - x).hypot(py - y) - r).abs() <= LINE;
                let at_end =
                    (px - x + r).hypot(py - y) <= LINE || (px - x - r).hypot(py - y) <= LINE;
                (on_ring || at_end, colour)
            }
            Self::Quarter {
                x,
                y,
                r,
                towards: (right, down),
                colour,
            } => {
                let (dx, dy) = ((px - x) * right, (py - y) * down);
                (dx >= 0.0 && dy >= 0.0 && dx.hypot(dy) <= r, colour)
            }
            Self::Hill { colour, .. } => (py >= self.crest(px), colour),
        };
        inside.then_some(colour)
    }

    /// How high a hill reaches here.
    fn crest(&self, at: f32) -> f32 {
        match *self {
            Self::Hill {
                height,
                swing,
                length,
                shift,
                ..
            } => height + swing * (at / length + shift).sin(),
            _ => f32::INFINITY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_same_face_always_and_another_name_another_one() {
        assert_eq!(Drawing::face("nadia").svg(), Drawing::face("Nadia").svg());
        assert_ne!(Drawing::face("nadia").svg(), Drawing::face("nadja").svg());
        assert_ne!(Drawing::face("nadia").svg(), Drawing::emblem("nadia").svg());
    }

    #[test]
    fn a_picture_for_clients_is_a_small_png() {
        for drawing in [
            Drawing::face("mei"),
            Drawing::emblem("rust"),
            Drawing::landscape("rust"),
        ] {
            let png = drawing.png();
            assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.ends_with(b"IEND\xaeB\x60\x82"));
            assert!(png.len() < 70_000, "{}", png.len());
        }
    }
}
