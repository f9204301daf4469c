//! Patterns for `LIKE`, in which what people type means nothing but itself.

/// The pattern for something that stands anywhere in a text of lower case; its escape is `\`.
pub(crate) fn anywhere(words: &str) -> String {
    let mut pattern = String::with_capacity(words.len() + 2);
    pattern.push('%');
    for c in words.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_people_type_means_itself() {
        assert_eq!(super::anywhere("100% A_b\\"), "%100\\% a\\_b\\\\%");
    }
}
