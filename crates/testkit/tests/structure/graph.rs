//! The graph of a crate's modules and its cycles.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use crate::source::{Arrow, arrows};

/// Which module uses which, each arrow with the first line that draws it.
pub(crate) struct Graph {
    uses: BTreeMap<String, BTreeMap<String, String>>,
}

impl Graph {
    /// The graph of the crate whose root file is `root`.
    pub(crate) fn read(root: &Path) -> Self {
        Self::new(arrows(root, &|file| fs_err::read_to_string(file).ok()))
    }

    fn new(arrows: Vec<Arrow>) -> Self {
        let mut uses: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for Arrow { from, to, place } in arrows {
            uses.entry(to.clone()).or_default();
            uses.entry(from).or_default().entry(to).or_insert(place);
        }
        Self { uses }
    }

    /// Every group of modules that reach each other, with the arrows inside of it; empty where there is no cycle.
    pub(crate) fn cycles(&self) -> String {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.uses.keys().map(|module| (module.as_str(), self.reached_from(module))).collect();
        let mut text = String::new();
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for (&module, reaches) in &reached {
            if !reaches.contains(module) || told.contains(module) {
                continue;
            }
            let group: BTreeSet<&str> =
                reaches.iter().copied().filter(|other| reached[other].contains(module)).collect();
            told.extend(&group);
            self.describe(&group, &mut text);
        }
        text
    }

    fn describe(&self, group: &BTreeSet<&str>, text: &mut String) {
        let names: Vec<&str> = group.iter().copied().collect();
        writeln!(text, "  {} modules reach each other: {}", names.len(), names.join(", ")).expect("text");
        for &from in group {
            for (to, place) in self.uses[from].iter().filter(|(to, _)| group.contains(to.as_str())) {
                writeln!(text, "    {from} -> {to}  ({place})").expect("text");
            }
        }
    }

    fn reached_from<'a>(&'a self, module: &'a str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = vec![module];
        while let Some(next) = open.pop() {
            open.extend(self.uses[next].keys().map(String::as_str).filter(|other| reached.insert(*other)));
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycles_of(files: &[(&str, &str)]) -> String {
        let read = |file: &Path| {
            files.iter().find(|(name, _)| Path::new(name) == file).map(|(_, text)| (*text).to_owned())
        };
        Graph::new(arrows(Path::new("lib.rs"), &read)).cycles()
    }

    #[test]
    fn a_chain_is_no_cycle() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c; pub use a::A;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b.rs", "use crate::c; pub struct B(c::C);"),
            ("c.rs", "pub struct C;"),
        ];
        assert_eq!(cycles_of(&files), "");
    }

    #[test]
    fn a_cycle_is_told_with_its_lines_and_without_the_modules_that_only_use_it() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c; mod user;"),
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "\n\nfn f() { super::c::g() }"),
            ("c.rs", "fn g() { println!(\"{}\", crate::a::H) }"),
            ("user.rs", "use crate::{a, b};"),
        ];
        assert_eq!(
            cycles_of(&files),
            "  3 modules reach each other: a, b, c\n    a -> b  (a.rs:1)\n    b -> c  (b.rs:3)\n    c -> a  (c.rs:1)\n"
        );
    }

    #[test]
    fn names_that_the_root_gives_out_count_as_their_modules() {
        let cyclic = |root: &str, b: &str| {
            !cycles_of(&[("lib.rs", root), ("a.rs", "use crate::b;"), ("b.rs", b)]).is_empty()
        };
        assert!(cyclic("mod a; mod b; pub use a::{Deep as Name, other};", "use crate::Name;"));
        assert!(cyclic("mod a; mod b; pub use crate::a::Name;", "fn f() -> crate::Name { todo!() }"));
        assert!(!cyclic("mod a; mod b; pub use elsewhere::Name;", "use crate::Name;"));
        assert!(!cyclic("mod a; mod b; pub use b::Name;", "use crate::Name;"));
    }

    #[test]
    fn what_the_root_defines_makes_it_a_module() {
        let root = "mod a; pub struct Shared; pub fn f() { a::g() }";
        let told = cycles_of(&[("lib.rs", root), ("a.rs", "use crate::Shared;")]);
        assert!(told.starts_with("  2 modules reach each other: a, the root file\n"), "{told}");
        // Giving a name out is no use of it.
        let root = "mod a; pub use a::g; pub struct Shared;";
        assert_eq!(cycles_of(&[("lib.rs", root), ("a.rs", "use crate::Shared;")]), "");
    }

    #[test]
    fn nested_modules_count_as_their_topmost() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a/mod.rs", "mod inner; use inner::X;"),
            ("a/inner.rs", "mod deep { use super::super::super::b::Y; } use super::X;"),
            ("b.rs", "#[serde(with = \"crate::a::inner\")] struct Y;"),
        ];
        let told = cycles_of(&files);
        assert!(told.contains("a -> b  (a/inner.rs:1)") && told.contains("b -> a  (b.rs:1)"), "{told}");
    }

    #[test]
    fn tests_do_not_count() {
        let files = [
            ("lib.rs", "mod a; mod b; #[cfg(test)] mod helper;"),
            ("a.rs", "use crate::b::B;"),
            (
                "b.rs",
                "#[cfg(test)] use crate::a::A; impl B { #[cfg(test)] #[expect(x)] fn f<T, U>() { crate::a::g() } }
                 #[cfg(test)] mod tests; #[cfg(all(test, unix))] mod more { use crate::a::A; }",
            ),
            ("b/tests.rs", "use crate::a::A;"),
            ("helper.rs", "use crate::a::A;"),
        ];
        assert_eq!(cycles_of(&files), "");
        let files = [files[0], files[1], ("b.rs", "#[cfg(not(test))] use crate::a::A;")];
        assert!(!cycles_of(&files).is_empty());
    }
}
