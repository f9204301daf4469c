use std::time::Duration;

use super::*;

#[test]
fn a_word_reads_back_as_itself_and_others_are_refused() {
    for visibility in Visibility::ALL {
        assert_eq!(visibility.as_str().parse(), Ok(*visibility));
        assert_eq!(
            serde_json::to_value(visibility).unwrap(),
            visibility.as_str()
        );
    }
    let error = "secret".parse::<Visibility>().unwrap_err();
    assert_eq!(error.to_string(), "\"secret\" is not a Visibility");
}

#[test]
fn an_id_is_a_bare_number_in_text_and_json() {
    assert_eq!("42".parse(), Ok(PostId(42)));
    assert_eq!(PostId(42).to_string(), "42");
    assert_eq!(serde_json::to_string(&PostId(42)).unwrap(), "42");
    assert!("forty-two".parse::<PostId>().is_err());
}

#[test]
fn moments_do_not_run_over() {
    let span = Duration::from_secs(1);
    assert_eq!(Moment(5).plus(span), Moment(1005));
    assert_eq!(Moment::NEVER.plus(span), Moment::NEVER);
    assert_eq!(Moment(1005).since(Moment(5)), span);
    assert_eq!(Moment(5).since(Moment(1005)), Duration::ZERO);
}
