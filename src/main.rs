//! The command line's entry: everything else lives in the library.

fn main() -> std::process::ExitCode {
    linggong::cli::main()
}
