//! `faceward operator`: who runs the installation.

use std::io::Read;

use clap::{Args, Subcommand, ValueEnum};
use faceward_core::OperatorName;
use faceward_service::operators::{NewOperator, OperatorChange, Operators};
use faceward_service::{OperatorRecord, Page, Role};
use hyper::Method;
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::{Answer as _, Remote, encoded};
use crate::{setup, stores, terminal};

/// Longest password that is read from standard input, in bytes.
const MAX_PASSWORD_BYTES: u64 = 4096;

/// Create, list or disable operators, and give them tokens
///
/// An operator runs the installation: an owner everything, an operator apps and templates, an auditor only looks. These
/// commands work on the data folder or database, or through the server that uses the folder or that `--server` names.
#[derive(Debug, Subcommand)]
pub(crate) enum Operator {
    /// Create an operator
    Create(Create),
    /// List the operators
    List(List),
    /// Let an operator in no longer; every session and token of theirs ends
    Disable(Named),
    /// Let a disabled operator in again
    Enable(Named),
    /// Give an operator another password, read from standard input; every session and token of theirs ends
    Password(Named),
    /// Make a token for scripts and print it, once
    Token(Token),
}

/// What an operator may do.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleArgument {
    /// Everything
    Owner,
    /// Apps, galleries and templates
    Operator,
    /// Only look
    Auditor,
}

/// Arguments of `operator create`.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The name to log in with
    name: String,
    /// What they may do
    #[arg(long, value_enum, default_value = "operator")]
    role: RoleArgument,
    /// Read a password of 12 to 256 characters from standard input [default: no password, tokens only]
    #[arg(long)]
    password_stdin: bool,
}

/// Arguments of `operator list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An operator.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The operator's name
    name: String,
}

/// Arguments of `operator token`.
#[derive(Debug, Args)]
pub(crate) struct Token {
    /// The operator's name
    name: String,
    /// What it is for
    #[arg(long, default_value = "")]
    label: String,
    /// Days for which it is accepted, 1 to 3650
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    days: u32,
}

#[derive(Serialize)]
struct OperatorJson {
    name: String,
    role: String,
    disabled: bool,
    has_password: bool,
    created_at: String,
}

impl From<RoleArgument> for Role {
    fn from(role: RoleArgument) -> Self {
        match role {
            RoleArgument::Owner => Self::Owner,
            RoleArgument::Operator => Self::Operator,
            RoleArgument::Auditor => Self::Auditor,
        }
    }
}

impl Operator {
    /// Does it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let place = match Remote::find(context)? {
            Some(remote) => Place::There(remote),
            None => {
                let stores = stores::open_directory(&context.config, &context.environment)?;
                Place::Here(Operators::new(&stores, context.config.service.operators))
            }
        };
        setup::executor()?.block_on(async {
            match self {
                Self::Create(create) => create.run(&place).await,
                Self::List(list) => list.run(&place).await,
                Self::Disable(named) => named.disable(&place, true).await,
                Self::Enable(named) => named.disable(&place, false).await,
                Self::Password(named) => named.set_password(&place).await,
                Self::Token(token) => token.run(&place).await,
            }
        })
    }
}

/// Where the operators are.
enum Place {
    /// In the configured store.
    Here(Operators),
    /// Behind a server.
    There(Remote),
}

impl Create {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let password = if self.password_stdin { Some(password_from_stdin()?) } else { None };
        let (name, role) = (name(&self.name)?, Role::from(self.role));
        let done = format!("created the {} {name}", role.name());
        match place {
            Place::Here(operators) => {
                operators.create(NewOperator { name, role, password }).await?;
            }
            Place::There(remote) => {
                let password = password.as_ref().map(|password| password.as_str());
                let body = json!({ "name": name.as_str(), "role": role.name(), "password": password });
                remote.ask(Method::POST, "/operators", Some(&body)).await?;
            }
        }
        terminal::line(&done)?;
        Ok(Exit::Yes)
    }
}

impl List {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let rows: Vec<OperatorJson> = match place {
            Place::Here(operators) => all(operators).await?.iter().map(OperatorJson::of).collect(),
            Place::There(remote) => {
                let listed = remote.list("/operators", "operators").await?;
                listed.iter().map(OperatorJson::answered).collect::<Result<_, _>>()?
            }
        };
        if self.json {
            terminal::json(&rows)?;
        } else {
            let head = ["NAME", "ROLE", "STATE", "CREATED"].map(str::to_owned).to_vec();
            let row = |row: OperatorJson| {
                let state = if row.disabled { "disabled" } else { "active" };
                vec![row.name, row.role, state.to_owned(), row.created_at]
            };
            let rows = rows.into_iter().map(row);
            terminal::line(&terminal::columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>()))?;
        }
        Ok(Exit::Yes)
    }
}

impl OperatorJson {
    fn of(record: &OperatorRecord) -> Self {
        Self {
            name: record.name.to_string(),
            role: record.role.name().to_owned(),
            disabled: record.disabled,
            has_password: record.password.is_some(),
            created_at: record.created_at.to_string(),
        }
    }

    /// As a server tells it.
    fn answered(operator: &Value) -> Result<Self, Failure> {
        Ok(Self {
            name: operator.text("name")?,
            role: operator.text("role")?,
            disabled: operator["disabled"] == true,
            has_password: operator["has_password"] == true,
            created_at: operator.text("created_at")?,
        })
    }
}

/// Every operator.
async fn all(operators: &Operators) -> Result<Vec<OperatorRecord>, Failure> {
    let mut records: Vec<OperatorRecord> = Vec::new();
    loop {
        let after = records.last().map(|record| record.name.clone());
        let page = operators.page(Page::largest(after.as_ref())).await?;
        if page.is_empty() {
            return Ok(records);
        }
        records.extend(page);
    }
}

impl Named {
    async fn disable(&self, place: &Place, disabled: bool) -> Result<Exit, Failure> {
        match place {
            Place::Here(operators) => {
                let change = OperatorChange { disabled: Some(disabled), ..OperatorChange::default() };
                operators.change(&name(&self.name)?, change).await?;
            }
            Place::There(remote) => self.change(remote, &json!({ "disabled": disabled })).await?,
        }
        let state = if disabled { "disabled" } else { "enabled" };
        terminal::line(&format!("{state} {}", self.name))?;
        Ok(Exit::Yes)
    }

    async fn set_password(&self, place: &Place) -> Result<Exit, Failure> {
        let password = password_from_stdin()?;
        match place {
            Place::Here(operators) => {
                let change = OperatorChange { password: Some(password), ..OperatorChange::default() };
                operators.change(&name(&self.name)?, change).await?;
            }
            Place::There(remote) => self.change(remote, &json!({ "password": password.as_str() })).await?,
        }
        terminal::line(&format!("{} has a new password", self.name))?;
        Ok(Exit::Yes)
    }

    async fn change(&self, remote: &Remote, change: &Value) -> Result<(), Failure> {
        let path = format!("/operators/{}", encoded(&self.name));
        remote.ask(Method::PATCH, &path, Some(change)).await.map(drop)
    }
}

impl Token {
    async fn run(&self, place: &Place) -> Result<Exit, Failure> {
        let token = match place {
            Place::Here(operators) => {
                let token = operators.issue_token(&name(&self.name)?, &self.label, self.days).await?;
                token.secret.reveal().to_owned()
            }
            Place::There(remote) => {
                let path = format!("/operators/{}/tokens", encoded(&self.name));
                let body = json!({ "label": self.label, "days": self.days });
                remote.ask(Method::POST, &path, Some(&body)).await?.text("token")?
            }
        };
        terminal::line(&token)?;
        terminal::note("The token is shown this once; only a hash of it is kept.");
        Ok(Exit::Yes)
    }
}

fn name(text: &str) -> Result<OperatorName, Failure> {
    OperatorName::parse(text).map_err(|error| Failure::new(Exit::Usage, error))
}

/// Without the line break at its end.
fn password_from_stdin() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let read = std::io::stdin().lock().take(MAX_PASSWORD_BYTES).read_to_string(&mut text);
    read.map_err(|error| Failure::usage(format_args!("cannot read the password: {error}")))?;
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
