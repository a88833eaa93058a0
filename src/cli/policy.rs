//! `linggong policy`: evaluates and explains a case, checks a policy file. Reads no database.

use std::{
    fmt::Display,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Subcommand;

use crate::policy::{self, Answer, Case, Policy};

/// The arguments of `linggong policy`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Evaluate a case and print the answer as JSON
    Eval(Question),
    /// Evaluate a case and print the answer with its reasons, in Chinese
    Explain(Question),
    /// Check a policy file: exit 1 with findings, one a line, with its line number
    Check {
        /// The policy file (TOML)
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
struct Question {
    /// The case file (JSON); `-` reads standard input
    case: PathBuf,
    /// The policy file to judge by, instead of the built-in one
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// Runs the command: exit 0 with an answer, 1 with findings, 2 for a malformed case or misuse.
pub fn run(args: Args) -> ExitCode {
    let done = match args.verb {
        Verb::Eval(question) => eval(&question),
        Verb::Explain(question) => explain(&question),
        Verb::Check { file } => check(&file),
    };
    done.unwrap_or_else(|problem| {
        // One line whatever stands in the case: unknown names are repeated from it.
        let line: String = problem.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        eprintln!("{line}");
        ExitCode::from(2)
    })
}

fn eval(question: &Question) -> Result<ExitCode, String> {
    question.answer(|_, answer| {
        let mut json = serde_json::to_string(answer).map_err(|error| error.to_string())?;
        json.push('\n');
        Ok(json)
    })
}

fn explain(question: &Question) -> Result<ExitCode, String> {
    question.answer(|policy, answer| Ok(policy::explain(policy, answer)))
}

fn check(file: &Path) -> Result<ExitCode, String> {
    let text = utf8(read(file)?, file)?;
    match Policy::parse(&text) {
        Ok(policy) => {
            let (rules, readings) = (policy.rules.len(), policy.interpretations.len());
            print(&format!("{}: {rules} 条规则，{readings} 项解释，未发现问题\n", policy.id))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            let lines = error.0.iter().map(|found| format!("{}:{found}\n", file.display()));
            print(&lines.collect::<String>())?;
            Ok(ExitCode::from(1))
        }
    }
}

impl Question {
    fn answer(
        &self,
        show: impl FnOnce(&Policy, &Answer) -> Result<String, String>,
    ) -> Result<ExitCode, String> {
        let named;
        let policy = match &self.policy {
            Some(file) => {
                let text = utf8(read(file)?, file)?;
                named = Policy::parse(&text).map_err(|error| about(file, error))?;
                &named
            }
            None => policy::shipped().map_err(|error| error.to_string())?,
        };
        let case = Case::from_json(&read(&self.case)?).map_err(|error| error.to_string())?;
        let answer = policy::evaluate(policy, &case).map_err(|error| error.to_string())?;
        print(&show(policy, &answer)?)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    if file == Path::new("-") {
        let mut text = vec![];
        io::stdin().read_to_end(&mut text).map_err(|error| about(file, error))?;
        return Ok(text);
    }
    std::fs::read(file).map_err(|error| about(file, error))
}

fn utf8(text: Vec<u8>, file: &Path) -> Result<String, String> {
    String::from_utf8(text).map_err(|error| about(file, error))
}

fn about(file: &Path, problem: impl Display) -> String {
    format!("{}: {problem}", file.display())
}

fn print(text: &str) -> Result<(), String> {
    io::stdout().write_all(text.as_bytes()).map_err(|error| about(Path::new("stdout"), error))
}
