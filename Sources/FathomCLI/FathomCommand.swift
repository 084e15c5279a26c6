import ArgumentParser
import Fathom
import Foundation

/// `fathom`: the command line.
@main
struct FathomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fathom",
        abstract: "Turns photographs into metric depth maps.",
        version: EngineVersion.current,
        subcommands: [
            DepthCommand.self, EvaluateCommand.self, PlanCommand.self, DevicesCommand.self, ProfileCommand.self,
            BenchCommand.self, TuneCommand.self,
        ])

    /// Runs the command. Errors of the library are told as those of single photographs are, without the usage.
    static func main() {
        // A file that meets a size limit is an error to report, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as FathomError {
            writeError("fathom: \(error.commandLineText)")
            exit(withError: ExitCode.failure)
        } catch {
            exit(withError: error)
        }
    }
}
