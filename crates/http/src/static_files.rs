//! Files in the binary: pages that ask nobody but this server.

use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::failure::Failure;

/// What pages may use: the camera, and nothing else of the device.
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// Files by their names, each with what it is and its text.
macro_rules! files {
    ($folder:literal: $($name:literal => $kind:ident),+ $(,)?) => {
        &[$(($name, $crate::static_files::Kind::$kind, include_str!(concat!($folder, $name)))),+]
    };
}
pub(crate) use files;

/// What a file is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// HTML.
    Page,
    /// CSS.
    Style,
    /// A module.
    Script,
    /// SVG.
    Drawing,
    /// JSON.
    Data,
}

impl Kind {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Page => "text/html; charset=utf-8",
            Self::Style => "text/css; charset=utf-8",
            Self::Script => "text/javascript; charset=utf-8",
            Self::Drawing => "image/svg+xml",
            Self::Data => "application/json",
        }
    }
}

/// The files of a page.
pub(crate) struct Files {
    /// What a browser lets it do.
    pub(crate) policy: &'static str,
    /// Each of them.
    pub(crate) all: &'static [(&'static str, Kind, &'static str)],
}

impl Files {
    /// The file called `name`.
    pub(crate) fn answer(&self, name: &str) -> Result<Response, Failure> {
        let found = self.all.iter().find(|(known, _, _)| *known == name);
        let (_, kind, text) = found.ok_or(Failure::NotFound)?;
        let headers = [
            (CONTENT_TYPE, kind.content_type()),
            (CONTENT_SECURITY_POLICY, self.policy),
            (REFERRER_POLICY, "no-referrer"),
            (PERMISSIONS, "camera=(self), microphone=(), geolocation=()"),
        ];
        Ok((headers.map(|(name, value)| (name, HeaderValue::from_static(value))), *text).into_response())
    }

    /// Panics unless they are those of `folder`, in the places below it, and none asks anybody else or writes markup.
    #[cfg(test)]
    pub(crate) fn check(&self, folder: &str, places: &[&str]) {
        let mut found = std::collections::BTreeSet::new();
        for place in places {
            for entry in fs_err::read_dir(format!("{folder}/{place}")).expect("a folder") {
                let entry = entry.expect("an entry");
                if entry.path().is_file() {
                    found.insert(format!("{place}{}", entry.file_name().to_string_lossy()));
                }
            }
        }
        assert_eq!(found, self.all.iter().map(|(name, _, _)| (*name).to_owned()).collect());
        for (name, _, text) in self.all {
            for forbidden in
                ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=\""]
            {
                assert!(!text.contains(forbidden), "{name}: {forbidden}");
            }
            let elsewhere = text.replace("http://www.w3.org/2000/svg", "").replace("https:// or", "");
            assert!(!elsewhere.contains("http://") && !elsewhere.contains("https://"), "{name}");
        }
    }
}
