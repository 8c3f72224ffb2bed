//! Numbers of bytes, with units.

const UNITS: [(&str, u64); 8] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1000),
    ("B", 1),
    ("", 1),
];

/// Reads `20 MiB`, `20MiB` or `20971520`.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    digits.parse::<u64>().ok()?.checked_mul(*factor)
}

/// Writes `bytes` in the largest binary unit that divides it.
pub(crate) fn show(bytes: u64) -> String {
    let binary = UNITS[..3].iter().find(|(_, factor)| bytes > 0 && bytes.is_multiple_of(*factor));
    binary.map_or_else(|| bytes.to_string(), |(name, factor)| format!("{} {name}", bytes / factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_units_are_read() {
        let table = [
            ("20 MiB", Some(20 << 20)),
            ("1048576", Some(1 << 20)),
            ("3kB", Some(3000)),
            ("20 XB", None),
            ("", None),
            ("-1", None),
            ("99999999999 GiB", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for (bytes, shown) in
            [(20 << 20, "20 MiB"), (1536, "1536"), (2048, "2 KiB"), (0, "0"), (1 << 30, "1 GiB")]
        {
            assert_eq!((show(bytes).as_str(), parse(&show(bytes))), (shown, Some(bytes)));
        }
    }
}
