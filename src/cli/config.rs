//! What every option of every command has beside its flag: an environment variable, and below both
//! a value in the file that `--config` names.

use std::ffi::OsString;

use clap::{
    ArgAction, Command,
    builder::{BoolishValueParser, OsStr},
};

use super::Failure;

/// The option that names the file; the file itself can't.
const CONFIG: &str = "config";

/// An option's variable.
fn variable(option: &str) -> String {
    format!("LINGGONG_{}", option.to_uppercase().replace('-', "_"))
}

/// The command with a variable for every option; a switch's takes yes and no, 1 and 0, true and
/// false, on and off.
pub fn with_variables(command: Command) -> Command {
    let command = command.mut_args(|argument| {
        let Some(name) = argument.get_long().map(variable) else {
            return argument;
        };
        let is_switch = matches!(argument.get_action(), ArgAction::SetTrue);
        let argument = argument.env(name);
        if is_switch { argument.value_parser(BoolishValueParser::new()) } else { argument }
    });
    command.mut_subcommands(with_variables)
}

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
    std::env::var_os(variable(CONFIG))
}

/// The command with the file's values as its options' defaults; a key counts for every command
/// that has an option of that name.
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
        let mut known = false;
        command = with_default(command, &key.replace('_', "-"), &value.into(), &mut known);
        if !known {
            return Err(Failure::misuse(format!("--config {shown}: no option is called {key}")));
        }
    }
    Ok(command)
}

/// The command and those below it with this value as the option's default; notes whether one has
/// such an option.
fn with_default(command: Command, option: &str, value: &OsStr, known: &mut bool) -> Command {
    let command = command.mut_args(|argument| {
        if argument.get_long() != Some(option) || option == CONFIG {
            return argument;
        }
        *known = true;
        argument.required(false).default_value(value)
    });
    command.mut_subcommands(|below| with_default(below, option, value, known))
}
