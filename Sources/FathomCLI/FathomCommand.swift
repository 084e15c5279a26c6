import ArgumentParser

/// `fathom`: the command line.
@main
struct FathomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fathom",
        abstract: "Turns photographs into metric depth maps.",
        subcommands: [DepthCommand.self, PlanCommand.self, DevicesCommand.self, ProfileCommand.self])
}
