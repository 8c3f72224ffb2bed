//! From source text to arrows between top-level modules.
//!
//! Works on tokens, so that paths inside of macros count too. A path counts that begins with `crate`, `super` or `self`;
//! in the root file also one that begins with the name of a module.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// The name of the root file in the graph, where it defines something itself.
const ROOT: &str = "the root file";

/// One use of a module by another.
pub(crate) struct Arrow {
    /// The module that uses.
    pub(crate) from: String,
    /// The module that is used.
    pub(crate) to: String,
    /// File and line.
    pub(crate) place: String,
}

/// The text of a source file; `None` if there is none.
type Read<'a> = &'a dyn Fn(&Path) -> Option<String>;

/// The arrows of the crate with the root file `root`.
pub(crate) fn arrows(root: &Path, read: Read<'_>) -> Vec<Arrow> {
    let text = read(root).expect("a root file");
    let tokens: Vec<TokenTree> = parse(&text).into_iter().collect();
    let mut scan = Scan { read, names: Names::of_root(&tokens), arrows: Vec::new() };
    let folder = root.parent().unwrap_or(Path::new("")).to_owned();
    scan.tokens(&tokens, &Here { path: Vec::new(), file: root.to_owned(), folder });
    scan.arrows
}

fn parse(text: &str) -> TokenStream {
    TokenStream::from_str(text).expect("Rust source")
}

/// What a name of the crate's root means.
#[derive(Default)]
struct Names {
    modules: BTreeSet<String>,
    /// Names that the root file imports or gives out: the module they come from; `None` for those of other crates.
    imported: BTreeMap<String, Option<String>>,
}

impl Names {
    fn of_root(tokens: &[TokenTree]) -> Self {
        let mut names = Self::default();
        for at in 0..tokens.len() {
            if let (true, Some(name)) = (is_ident(tokens, at, "mod"), ident(tokens, at + 1)) {
                names.modules.insert(name.to_string());
            }
        }
        for at in (0..tokens.len()).filter(|&at| is_ident(tokens, at, "use")) {
            let end = (at..tokens.len()).find(|&at| is_punct(tokens, at, ';')).unwrap_or(tokens.len());
            let leaves = leaves(&tokens[at + 1..end]);
            for leaf in leaves {
                let inside: Vec<&String> = leaf.path.iter().skip_while(|part| is_relative(part)).collect();
                let module = inside.first().filter(|first| names.modules.contains(**first));
                names.imported.insert(leaf.name, module.map(|module| (*module).clone()));
            }
        }
        names
    }

    /// The module that the crate's root knows as `name`; `None` if that belongs to another crate.
    fn module_of(&self, name: &str) -> Option<String> {
        if self.modules.contains(name) {
            return Some(name.to_owned());
        }
        self.imported.get(name).cloned().unwrap_or_else(|| Some(ROOT.to_owned()))
    }
}

/// One name that a `use` brings in.
struct Leaf {
    name: String,
    path: Vec<String>,
}

/// The names of a use tree: `a::{b, c as d}` gives `b` and `d`.
fn leaves(tree: &[TokenTree]) -> Vec<Leaf> {
    let mut path: Vec<String> = Vec::new();
    for (at, token) in tree.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "as" => {
                return ident(tree, at + 1)
                    .map(|name| Leaf { name: name.to_string(), path })
                    .into_iter()
                    .collect();
            }
            TokenTree::Ident(word) => path.push(word.to_string()),
            TokenTree::Group(group) => {
                let parts: Vec<TokenTree> = group.stream().into_iter().collect();
                let inner = parts.split(|part| is_char(part, ',')).flat_map(leaves);
                return inner
                    .map(|leaf| Leaf { name: leaf.name, path: [path.clone(), leaf.path].concat() })
                    .collect();
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    path.last().cloned().map(|name| Leaf { name, path }).into_iter().collect()
}

/// Where the scan is.
struct Here {
    /// Modules from the crate's root down; empty in the root file.
    path: Vec<String>,
    file: PathBuf,
    /// Folder of the files of the modules declared here.
    folder: PathBuf,
}

struct Scan<'a> {
    read: Read<'a>,
    names: Names,
    arrows: Vec<Arrow>,
}

impl Scan<'_> {
    fn tokens(&mut self, tokens: &[TokenTree], here: &Here) {
        let mut at = 0;
        while at < tokens.len() {
            at = self.step(tokens, at, here);
        }
    }

    /// Reads what begins at `at` and gives where the next thing begins.
    fn step(&mut self, tokens: &[TokenTree], at: usize, here: &Here) -> usize {
        if let Some((attribute, next)) = attribute(tokens, at) {
            if is_for_tests(&attribute) {
                return end_of_item(tokens, next);
            }
            self.strings(&attribute, here);
            return next;
        }
        let in_root = here.path.is_empty();
        match &tokens[at] {
            TokenTree::Ident(word) if word == "mod" && ident(tokens, at + 1).is_some() => {
                self.module(tokens, at + 1, here)
            }
            // The root gives out names of its modules; that uses nothing.
            TokenTree::Ident(word) if in_root && word == "pub" && is_ident(tokens, at + 1, "use") => {
                (at..tokens.len()).find(|&at| is_punct(tokens, at, ';')).unwrap_or(tokens.len())
            }
            TokenTree::Ident(word) if is_path(tokens, at) && is_relative(&word.to_string()) => {
                let mut base = here.path.clone();
                let at = follow(tokens, at, &mut base);
                self.path(tokens, at, &base, here)
            }
            TokenTree::Ident(word)
                if in_root && is_path(tokens, at) && self.names.modules.contains(&word.to_string()) =>
            {
                self.path(tokens, at, &[], here)
            }
            TokenTree::Group(group) => {
                self.tokens(&group.stream().into_iter().collect::<Vec<_>>(), here);
                at + 1
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => at + 1,
        }
    }

    /// A declaration `mod name`, with its name at `at`.
    fn module(&mut self, tokens: &[TokenTree], at: usize, here: &Here) -> usize {
        let name = tokens[at].to_string();
        let path = [here.path.clone(), vec![name.clone()]].concat();
        let folder = here.folder.join(&name);
        if let Some(TokenTree::Group(body)) = tokens.get(at + 1) {
            let body: Vec<TokenTree> = body.stream().into_iter().collect();
            self.tokens(&body, &Here { path, file: here.file.clone(), folder });
            return at + 2;
        }
        let files = [here.folder.join(format!("{name}.rs")), folder.join("mod.rs")];
        let found = files.into_iter().find_map(|file| Some(((self.read)(&file)?, file)));
        let (text, file) = found.expect("a declared module has a file");
        let body: Vec<TokenTree> = parse(&text).into_iter().collect();
        self.tokens(&body, &Here { path, file, folder });
        at + 1
    }

    /// A path, or a tree of paths, that begins at `at` below the module `base`.
    fn path(&mut self, tokens: &[TokenTree], at: usize, base: &[String], here: &Here) -> usize {
        match tokens.get(at) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let parts: Vec<TokenTree> = group.stream().into_iter().collect();
                for part in parts.split(|part| is_char(part, ',')).filter(|part| !part.is_empty()) {
                    let mut base = base.to_vec();
                    let at = follow(part, 0, &mut base);
                    self.path(part, at, &base, here);
                }
            }
            Some(first) if base.is_empty() && is_char(first, '*') => {
                for module in self.names.modules.clone() {
                    self.arrow(module, first, here);
                }
            }
            Some(first @ TokenTree::Ident(name)) if base.is_empty() => {
                if let Some(module) = self.names.module_of(&name.to_string()) {
                    self.arrow(module, first, here);
                }
            }
            Some(first) => self.arrow(base.first().cloned().unwrap_or(ROOT.to_owned()), first, here),
            None => {}
        }
        at + 1
    }

    fn arrow(&mut self, to: String, token: &TokenTree, here: &Here) {
        let from = here.path.first().cloned().unwrap_or(ROOT.to_owned());
        if from != to {
            let place = format!("{}:{}", shown(&here.file), token.span().start().line);
            self.arrows.push(Arrow { from, to, place });
        }
    }

    /// Paths inside of strings, as serde's attributes have them.
    fn strings(&mut self, attribute: &[TokenTree], here: &Here) {
        for token in attribute {
            match token {
                TokenTree::Group(group) => {
                    self.strings(&group.stream().into_iter().collect::<Vec<_>>(), here);
                }
                TokenTree::Literal(text) => {
                    let text = text.to_string();
                    let inner = text.trim_matches('"');
                    let starts = ["crate::", "super::"].iter().any(|start| inner.starts_with(start));
                    if let (true, Ok(tokens)) = (starts, TokenStream::from_str(inner)) {
                        let tokens: Vec<TokenTree> =
                            tokens.into_iter().map(|inner| with_span_of(inner, token)).collect();
                        self.tokens(&tokens, here);
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

fn with_span_of(mut token: TokenTree, other: &TokenTree) -> TokenTree {
    token.set_span(other.span());
    token
}

/// The file from `crates` on, or as it is.
fn shown(file: &Path) -> String {
    let text = file.display().to_string();
    text.split_once("../../").map_or(text.clone(), |(_, rest)| rest.to_owned())
}

/// Follows `crate`, `self` and `super` from `at` on, changing `base`, and gives where the rest of the path begins.
fn follow(tokens: &[TokenTree], mut at: usize, base: &mut Vec<String>) -> usize {
    while let (Some(word), true) = (ident(tokens, at), goes_on(tokens, at)) {
        match word.to_string().as_str() {
            "crate" => base.clear(),
            "super" => drop(base.pop()),
            "self" => {}
            _ => break,
        }
        at += 3;
    }
    at
}

/// An attribute that begins at `at`: what is between its brackets, and where the next thing begins.
fn attribute(tokens: &[TokenTree], at: usize) -> Option<(Vec<TokenTree>, usize)> {
    if !is_punct(tokens, at, '#') {
        return None;
    }
    let at = if is_punct(tokens, at + 1, '!') { at + 2 } else { at + 1 };
    match tokens.get(at)? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            Some((group.stream().into_iter().collect(), at + 1))
        }
        TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    }
}

/// Whether the attribute leaves its item out of everything but tests.
fn is_for_tests(attribute: &[TokenTree]) -> bool {
    match attribute {
        [TokenTree::Ident(cfg), TokenTree::Group(condition)] if cfg == "cfg" => {
            let condition = condition.stream().to_string();
            let has = |word| condition.split(|c: char| !c.is_alphanumeric()).any(|other| other == word);
            has("test") && !has("not")
        }
        _ => false,
    }
}

/// Where the thing that begins at `at` ends: after its body or semicolon; a field, a variant or an arm also after its
/// comma.
fn end_of_item(tokens: &[TokenTree], at: usize) -> usize {
    const ITEMS: [&str; 14] = [
        "fn", "mod", "use", "struct", "enum", "impl", "trait", "const", "static", "type", "async", "unsafe",
        "extern", "let",
    ];
    let before_comma = tokens[at..].split(|token| is_char(token, ',')).next().unwrap_or_default();
    // Commas of an item's generics end nothing.
    let is_item = before_comma.iter().any(|token| ITEMS.contains(&token.to_string().as_str()));
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(_) => is_char(token, ';') || (!is_item && is_char(token, ',')),
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    };
    tokens.iter().skip(at).position(ends).map_or(tokens.len(), |end| at + end + 1)
}

/// Whether a path begins with the word at `at`.
fn is_path(tokens: &[TokenTree], at: usize) -> bool {
    goes_on(tokens, at) && (at == 0 || !is_punct(tokens, at - 1, ':'))
}

/// Whether `::` follows the word at `at`.
fn goes_on(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens, at + 1, ':') && is_punct(tokens, at + 2, ':')
}

fn is_relative(word: &str) -> bool {
    ["crate", "self", "super"].contains(&word)
}

fn ident(tokens: &[TokenTree], at: usize) -> Option<&Ident> {
    match tokens.get(at)? {
        TokenTree::Ident(word) => Some(word),
        TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    }
}

fn is_ident(tokens: &[TokenTree], at: usize, word: &str) -> bool {
    ident(tokens, at).is_some_and(|ident| ident == word)
}

fn is_punct(tokens: &[TokenTree], at: usize, sign: char) -> bool {
    tokens.get(at).is_some_and(|token| is_char(token, sign))
}

fn is_char(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}
