//! "Did you mean": the nearest of some known words.

/// The candidate nearest to `word`, if it is near enough to be a slip of the fingers.
///
/// Distance is optimal string alignment (insert, delete, replace, swap of neighbours), case aside;
/// near enough is one slip for short words and a third of the length for longer ones. Of equally
/// near candidates the first wins, so the order of the candidates is the order of preference.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = word.to_lowercase().chars().take(MAX_LENGTH).collect();
    let limit = (wanted.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let letters: Vec<char> = candidate.to_lowercase().chars().take(MAX_LENGTH).collect();
        if letters.len().abs_diff(wanted.len()) > limit {
            continue;
        }
        let distance = alignment(&wanted, &letters);
        if distance <= limit && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Words are compared up to this length, so that a hostile key costs no time.
const MAX_LENGTH: usize = 64;

fn alignment(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["cluster", "policies", "probes", "releaseChannel"];
        assert_eq!(nearest("clutser", known), Some("cluster"));
        assert_eq!(nearest("release_channel", known), Some("releaseChannel"));
        assert_eq!(nearest("polices", known), Some("policies"));
        assert_eq!(nearest("zzz", known), None);
        assert_eq!(nearest("", known), None);
    }
}
