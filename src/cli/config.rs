//! `--config FILE`: a TOML file whose keys are the names of the options, as a layer below flags
//! and environment. Unknown keys are refused.

use std::ffi::OsString;

use clap::{Command, builder::OsStr};

use super::Failure;

/// The file that the arguments or the environment name.
fn named(arguments: &[OsString]) -> Option<OsString> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        if text == "--config" {
            return arguments.next().cloned();
        }
        if let Some(path) = text.strip_prefix("--config=") {
            return Some(path.into());
        }
    }
    std::env::var_os("LINGGONG_CONFIG")
}

/// The command with the file's values as its options' defaults.
///
/// # Errors
/// A [`Failure`] of misuse where the file can't be read or names what no option is called.
pub fn layered(mut command: Command, arguments: &[OsString]) -> Result<Command, Failure> {
    let Some(path) = named(arguments) else {
        return Ok(command);
    };
    let shown = path.to_string_lossy().into_owned();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::misuse(format!("--config {shown}: {error}")))?;
    let table: toml::Table =
        text.parse().map_err(|error| Failure::misuse(format!("--config {shown}: {error}")))?;
    for (key, value) in table {
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            toml::Value::Boolean(flag) => flag.to_string(),
            toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
                let message = format!("--config {shown}: {key}: a text, number or true/false");
                return Err(Failure::misuse(message));
            }
        };
        let id = key.replace('-', "_");
        let value = OsStr::from(value);
        let mut known = false;
        for name in sub_names(&command) {
            command = command.mut_subcommand(name, |sub| {
                if sub.get_arguments().any(|argument| argument.get_id() == id.as_str()) {
                    known = true;
                    sub.mut_arg(&id, |argument| argument.default_value(value.clone()))
                } else {
                    sub
                }
            });
        }
        if !known {
            return Err(Failure::misuse(format!("--config {shown}: no option is called {key}")));
        }
    }
    Ok(command)
}

fn sub_names(command: &Command) -> Vec<String> {
    command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect()
}
