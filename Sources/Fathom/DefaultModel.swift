import Foundation

/// The model that runs where none is named.
public struct DefaultModel: Sendable, Equatable {
    /// The checkpoint's path, as ``DepthEstimator/init(model:options:)`` takes it.
    public let path: String
    /// Whether it is Fathom Mini, the demonstration that comes with the program.
    public let isMini: Bool

    /// Finds what `FATHOM_MODEL` names, else Fathom Mini.
    ///
    /// - Throws: ``FathomError`` when there is neither.
    public static func find() throws(FathomError) -> DefaultModel {
        let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
        return try find(environment: ProcessInfo.processInfo.environment, executable: executable)
    }

    /// The same for a program that lies at `executable`.
    package static func find(environment: [String: String], executable: String) throws(FathomError) -> DefaultModel {
        if let named = environment["FATHOM_MODEL"], !named.isEmpty {
            guard FileManager.default.fileExists(atPath: named) else {
                throw FathomError(
                    .unreadableModel, "FATHOM_MODEL is \(named): there is no such file or folder", parameters: [.model])
            }
            return DefaultModel(path: named, isMini: false)
        }
        let places = placesOfMini(executable: URL(fileURLWithPath: executable).resolvingSymlinksInPath())
        guard
            let found = places.first(where: {
                FileManager.default.fileExists(atPath: $0.appendingPathComponent("config.json").path)
            })
        else {
            let looked = places.map(\.path).joined(separator: ", ")
            throw FathomError(
                .unreadableModel,
                "no model is named, and Fathom Mini is not in \(looked): name one, or set FATHOM_MODEL",
                parameters: [.model])
        }
        return DefaultModel(path: found.path, isMini: true)
    }

    /// Where Fathom Mini lies: beside the program, where it was installed, and in the sources it was built from.
    private static func placesOfMini(executable: URL) -> [URL] {
        let folder = executable.deletingLastPathComponent()
        var places = [
            folder.appendingPathComponent("Models/mini"),
            folder.deletingLastPathComponent().appendingPathComponent("share/fathom/Models/mini"),
        ]
        let parts = folder.pathComponents
        if let build = parts.lastIndex(where: { $0 == ".build" || $0.hasPrefix(".build-") }) {
            let sources = parts[..<build].dropFirst().reduce(URL(fileURLWithPath: "/")) {
                $0.appendingPathComponent($1)
            }
            places.append(sources.appendingPathComponent("Models/mini"))
        }
        return places
    }
}
