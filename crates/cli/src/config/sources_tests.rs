//! Every source, and every setting through every source.

use faceward_settings::{Kind, Value};

use super::super::example::literal;
use super::*;

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::new(variables.iter().map(|(name, value)| (name.into(), value.into())))
}

fn flags(set: &[&str]) -> TypedFlags {
    TypedFlags { file: None, own: Vec::new(), set: set.iter().map(|text| (*text).to_owned()).collect() }
}

fn from_file(text: &str) -> Result<Loaded, ConfigError> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("my.toml");
    fs_err::write(&file, text).expect("a file");
    Loaded::read(&Environment::default(), &TypedFlags { file: Some(file), ..TypedFlags::default() })
}

fn from_variable(key: &str, text: &str) -> Result<Loaded, ConfigError> {
    Loaded::read(&environment(&[(&variable(key), text)]), &TypedFlags::default())
}

/// A value of `kind` other than `current`.
fn another(kind: &Kind, current: Option<&Value>) -> Value {
    let candidates = match kind {
        Kind::Switch => vec![Value::Switch(true), Value::Switch(false)],
        Kind::Whole { least, most, .. } | Kind::Bytes { least, most } => {
            vec![Value::Whole(*least), Value::Whole(*most)]
        }
        Kind::Number { least, most, .. } => vec![Value::Number((least + most) / 2.0), Value::Number(*most)],
        Kind::Span { least, most, .. } => vec![Value::Span([*least, (least + most) / 2.0])],
        Kind::Choice(words) => words.iter().map(|word| Value::Text((*word).to_owned())).collect(),
        Kind::Choices { words, .. } => {
            vec![Value::Words(words.iter().rev().map(|word| (*word).to_owned()).collect())]
        }
        Kind::Words => vec![Value::Words(vec!["one".to_owned(), "two".to_owned()])],
        Kind::Text => vec![Value::Text("debug".to_owned())],
        Kind::Path => vec![Value::Path("some/where".into())],
        Kind::Address => vec![Value::Text("localhost:9000".to_owned())],
        Kind::Secret(form) if form.contains("env:NAME") => vec![Value::Text("env:MY_KEY".to_owned())],
        Kind::Secret(form) if form.starts_with("milvus://") => {
            vec![Value::Text("milvus://localhost:19530/faces".to_owned())]
        }
        Kind::Secret(_) => vec![Value::Text("postgres://anna@localhost/faces".to_owned())],
    };
    candidates.into_iter().find(|value| Some(value) != current).expect("another value")
}

/// Texts that a setting of `kind` refuses; empty where it takes any.
fn refused(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Whole { least, most, .. } | Kind::Bytes { least, most } => {
            vec![(least - 1).to_string(), (most + 1).to_string(), "-1".to_owned(), "x".to_owned()]
        }
        Kind::Number { least, most, .. } => {
            vec![(least - 0.5).to_string(), (most + 0.5).to_string(), "NaN".to_owned()]
        }
        Kind::Span { least, most, .. } => {
            vec![
                format!("{},{most}", least - 0.5),
                format!("{least},{}", most + 0.5),
                format!("{most},{least}"),
            ]
        }
        Kind::Switch | Kind::Choice(_) | Kind::Choices { .. } | Kind::Address | Kind::Secret(_) => {
            vec!["what".to_owned()]
        }
        Kind::Words | Kind::Text | Kind::Path => Vec::new(),
    }
}

/// `loaded` holds `value` for `key`, which nothing else noticed, and which somebody will notice.
fn check_changed(loaded: &Loaded, key: &str, value: &Value) {
    let default = Config::default();
    for setting in settings() {
        let expected = if setting.key() == key { Some(value.clone()) } else { setting.value(&default) };
        assert_eq!(setting.value(&loaded.config), expected, "{} after changing {key}", setting.key());
    }
    assert_ne!(format!("{:?}", loaded.config), format!("{default:?}"), "{key}");
}

#[test]
fn every_setting_can_be_changed_by_file_and_variable_and_flag() {
    let default = Config::default();
    for setting in settings() {
        let (key, kind) = (setting.key(), setting.kind(&default));
        let value = another(&kind, setting.value(&default).as_ref());
        let file = from_file(&format!("{key} = {}\n", literal(&kind, &value))).expect("a fine file");
        check_changed(&file, key, &value);
        assert!(matches!(file.origin(key), Origin::File(_)), "{key}");
        let text = kind.show(&value);
        let variable = from_variable(key, &text).expect("a fine variable");
        check_changed(&variable, key, &value);
        assert!(matches!(variable.origin(key), Origin::Variable(_)), "{key}");
        let flag = Loaded::read(&Environment::default(), &flags(&[&format!("{key}={text}")]));
        check_changed(&flag.expect("a fine flag"), key, &value);
    }
}

#[test]
fn what_is_out_of_range_is_refused_by_name() {
    let default = Config::default();
    let mut n_refused = 0;
    for setting in settings() {
        let key = setting.key();
        for text in refused(&setting.kind(&default)) {
            let quoted = toml::Value::String(text.clone());
            for result in [from_variable(key, &text), from_file(&format!("{key} = {quoted}\n"))] {
                let error = result.err().map(|error| error.to_string()).unwrap_or_default();
                assert!(error.starts_with(&format!("`{key}` in ")), "{key} took `{text}`: {error}");
                n_refused += 1;
            }
        }
    }
    assert!(n_refused > 200, "{n_refused}");
}

#[test]
fn the_stronger_source_wins() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("my.toml");
    fs_err::write(&file, "workers = 3\nlisten = '127.0.0.1:1'\n[log]\nlevel = 'debug'\n").expect("a file");
    let variables = [("FACEWARD_WORKERS", "4"), ("FACEWARD_LISTEN", "127.0.0.1:2")];
    let typed = TypedFlags { file: Some(file.clone()), ..flags(&["workers=5"]) };
    let loaded = Loaded::read(&environment(&variables), &typed).expect("a fine configuration");
    let shown = |key| {
        let value = by_key(key)
            .and_then(|setting| Some(setting.kind(&loaded.config).show(&setting.value(&loaded.config)?)));
        (value, loaded.origin(key).to_string())
    };
    let expected = |value: &str, origin: &str| (Some(value.to_owned()), origin.to_owned());
    assert_eq!(shown("workers"), expected("5", "flag --set"));
    assert_eq!(shown("listen"), expected("127.0.0.1:2", "env FACEWARD_LISTEN"));
    assert_eq!(shown("log.level"), expected("debug", &format!("file {}", file.display())));
    assert_eq!(shown("runtime"), expected("openvino", "default"));
    assert_eq!(shown("models_dir"), (None, "default".to_owned()));
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_a_guess() {
    let check = |result: Result<Loaded, ConfigError>, expected: &str| {
        let text = result.expect_err("an unknown key").to_string();
        assert!(text.contains(expected), "{text}");
    };
    check(from_file("[limits]\nphoto_byte = 5\n"), "unknown setting `limits.photo_byte` in file ");
    check(from_file("[limits]\nphoto_byte = 5\n"), "; did you mean `limits.photo_bytes`?");
    check(from_file("limit = 5\n"), "unknown setting `limit` in file ");
    check(
        Loaded::read(&environment(&[("FACEWARD_LISTN", "x")]), &TypedFlags::default()),
        "unknown setting `FACEWARD_LISTN` in env FACEWARD_LISTN; did you mean `FACEWARD_LISTEN`?",
    );
    check(
        Loaded::read(&Environment::default(), &flags(&["colour=red"])),
        "unknown setting `colour` in flag --set",
    );
}

#[test]
fn a_wrong_value_is_named_with_what_would_be_right() {
    let error = from_variable("workers", "many").expect_err("no number").to_string();
    assert_eq!(
        error,
        "`workers` in env FACEWARD_WORKERS must be a whole number of threads from 1 to 1024, not `many`"
    );
    let error = from_file("workers = { a = 1 }\n").expect_err("a table").to_string();
    assert!(error.ends_with("must be a whole number of threads from 1 to 1024, not `{ a = 1 }`"), "{error}");
}

#[test]
fn a_password_is_in_no_message_and_in_nothing_that_is_shown() {
    let whole = "postgres://anna:s3cret@db.example/faces";
    let loaded = from_variable("store", whole).expect("an address");
    let setting = by_key("store").expect("a setting");
    let shown = setting.kind(&loaded.config).show(&setting.value(&loaded.config).expect("set"));
    assert_eq!(shown, "postgres://anna:***@db.example/faces");
    assert!(!format!("{loaded:?}").contains("s3cret"));
    let wrong = [
        from_variable("store", "mysql://anna:s3cret@db/faces"),
        from_variable("store", "postgres://anna:s3cret@db:x/faces"),
        from_variable("store", "postgres://anna:s3cret"),
        from_variable("store", "postgres://anna:s3?cret@db:x/faces"),
        from_file("store = { address = 'postgres://anna:s3cret@db/faces' }\n"),
        from_file("listen = '127.0.0.1:1'\nstore = postgres://anna:s3cret@db/faces\n"),
        Loaded::read(&Environment::default(), &flags(&["store postgres://anna:s3cret@db/faces"])),
        Loaded::read(&Environment::default(), &flags(&["postgres://anna:s3cret@/faces?host=/run"])),
    ];
    for (index, result) in wrong.into_iter().enumerate() {
        let error = result.expect_err("no address");
        let told = format!("{error} {error:?}");
        assert!(!told.contains("s3") && !told.contains("cret"), "{index}: {told}");
    }
    let loaded = from_variable("search", "milvus://anna:s3cret@milvus.example/faces").expect("an address");
    let setting = by_key("search").expect("a setting");
    let shown = setting.kind(&loaded.config).show(&setting.value(&loaded.config).expect("set"));
    assert_eq!(shown, "milvus://anna:***@milvus.example:19530/faces");
    let wrong = from_variable("search", "postgres://anna:s3cret@db/faces").expect_err("no Milvus");
    assert!(!format!("{wrong} {wrong:?}").contains("s3cret"), "{wrong}");
    let error = from_variable("store", "postgres://db/faces").expect_err("no user").to_string();
    assert!(error.starts_with("`store` in env FACEWARD_STORE must be postgres://"), "{error}");
    assert!(error.contains("it names no user"), "{error}");
    let error = from_file("listen = '127.0.0.1:1'\nstore = postgres://a\n").expect_err("no text").to_string();
    assert!(error.contains("line 2: "), "{error}");
}

#[test]
fn credentials_are_no_settings_and_no_mistake() {
    let variables = [("FACEWARD_APP_KEY", "k"), ("FACEWARD_APP_ID", "i"), ("PATH", "/bin")];
    assert!(Loaded::read(&environment(&variables), &TypedFlags::default()).is_ok());
}

#[test]
fn the_variables_of_a_kubernetes_service_are_left_alone_and_others_are_not() {
    let variables = [("FACEWARD_PORT", "tcp://10.0.0.1:8080"), ("FACEWARD_SERVICE_HOST", "10.0.0.1")];
    let loaded = Loaded::read(&environment(&variables), &TypedFlags::default()).expect("a fine start");
    assert_eq!(loaded.of_kubernetes, ["FACEWARD_PORT", "FACEWARD_SERVICE_HOST"]);
    assert!(Loaded::read(&environment(&[("FACEWARD_PORT", "8080")]), &TypedFlags::default()).is_err());
}

#[test]
fn a_missing_file_that_was_named_is_an_error() {
    let typed = TypedFlags { file: Some("no/such.toml".into()), ..TypedFlags::default() };
    assert!(matches!(Loaded::read(&Environment::default(), &typed), Err(ConfigError::File { .. })));
}

#[cfg(unix)]
#[test]
fn bytes_that_are_no_text_are_kept_in_paths_and_refused_elsewhere() {
    use std::os::unix::ffi::OsStringExt;

    let bytes = |byte| OsString::from_vec(vec![b'd', byte]);
    let read = |name: &str, value: OsString| {
        Loaded::read(&Environment::new([(name.into(), value)].into_iter()), &TypedFlags::default())
    };
    let folders = [0xfe, 0xff].map(|byte| {
        let loaded = read("FACEWARD_DATA_DIR", bytes(byte)).expect("a folder");
        assert_eq!(loaded.config.data_dir, PathBuf::from(bytes(byte)));
        loaded.config.data_dir
    });
    assert_ne!(folders[0], folders[1]);
    let error = read("FACEWARD_LISTEN", bytes(0xff)).expect_err("no text").to_string();
    assert!(error.starts_with("`listen` in env FACEWARD_LISTEN must be "), "{error}");
    let named = OsString::from_vec(b"FACEWARD_LISTEN\xff".to_vec());
    let environment = Environment::new([(named, "x".into())].into_iter());
    assert!(matches!(Loaded::read(&environment, &TypedFlags::default()), Err(ConfigError::Unknown { .. })));
}
