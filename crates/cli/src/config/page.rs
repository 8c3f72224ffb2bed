//! `docs/settings.md`: every setting in tables.

use faceward_settings::Setting;

use super::declared::{flag_name, settings, table, variable};
use super::resolved::Config;

const HEAD: &str = "\
# Settings

A setting is taken from the strongest source that names it: its default, then the TOML file (`--config`, or `faceward.toml`
in the working folder), then its variable, then flags. `limits.photo_bytes` is `photo_bytes` below `[limits]` in the file,
the variable `FACEWARD_LIMITS__PHOTO_BYTES`, or `--set limits.photo_bytes=...`. Lists and ranges are arrays in the file and
separated by commas elsewhere. A key that no setting has, or a value out of its range, ends the start with code 2.

`faceward config` shows what is in force and where it comes from, `faceward config --example` prints a file with all of
this. In Kubernetes, the variables that a Service named `faceward` adds to each pod (`FACEWARD_SERVICE_HOST`,
`FACEWARD_PORT=tcp://...`) are left alone. Paths may be any bytes; everything else is UTF-8. A name in `listen` is
resolved at the start: of several addresses the first IPv4 one is taken, else the first, and the log names all.

A running server reads all of it again on SIGHUP (`systemctl reload faceward`), when an owner asks for it in the console, or by
`POST /admin/v1/settings/reload`. Those marked with ↻ count from the next request on; a request that is under way goes on
under those that it began with. The others need a restart, and the answer names them. Where anything cannot be used, nothing is
changed. A certificate and key are looked at anew by themselves ([tls.md](tls.md)).

This page is made by `faceward config --markdown`.
";

/// The page.
pub(crate) fn page() -> String {
    let default = Config::default();
    let mut text = HEAD.to_owned();
    let mut current = None;
    for setting in settings() {
        let own = table(setting.key());
        if current != Some(own) {
            current = Some(own);
            let title = if own.is_empty() { "Without a table".to_owned() } else { format!("`[{own}]`") };
            text +=
                &format!("\n## {title}\n\n| setting | what it does | takes | default |\n|---|---|---|---|\n");
        }
        let kind = setting.kind(&default);
        let value = setting.value(&default).map(|value| format!("`{}`", kind.show(&value)));
        let value = match (setting.default_in_words(), value) {
            (Some(words), _) => words.to_owned(),
            (None, Some(value)) if value != "``" => value,
            (None, _) => "none".to_owned(),
        };
        let again = if setting.needs_restart() { "" } else { " ↻" };
        text += &format!("| {}{again} | {} | {kind} | {value} |\n", names(setting), setting.sentence());
    }
    text
}

/// The key, its flag, and its variable where that does not follow from the key.
fn names(setting: &Setting<Config>) -> String {
    let key = setting.key();
    let mut names = format!("`{key}`");
    if let Some(flag) = setting.flag() {
        let of = flag.command.map(|command| format!("{command} ")).unwrap_or_default();
        names += &format!(", `{of}--{}`", flag_name(key));
    }
    if key == "models_dir" {
        names += &format!(", `{}`", variable(key));
    }
    names
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_the_documentation_is_the_current_one() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
        let written = fs_err::read_to_string(file).unwrap_or_default();
        assert!(written == super::page(), "run `faceward config --markdown > docs/settings.md`");
    }
}
