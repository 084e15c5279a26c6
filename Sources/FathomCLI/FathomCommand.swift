import ArgumentParser
import Fathom

/// `fathom`: the command line.
@main
struct FathomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fathom",
        abstract: "Turns photographs into metric depth maps.",
        version: EngineVersion.current,
        subcommands: [
            DepthCommand.self, EvaluateCommand.self, PlanCommand.self, DevicesCommand.self, ProfileCommand.self,
        ])
}
