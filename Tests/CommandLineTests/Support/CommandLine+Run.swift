import Foundation
import TestSupport

/// What a process did.
struct ProcessResult: Sendable {
    /// The exit status; 128 and the signal's number when a signal ended it, as a shell has it.
    let status: Int32
    let output: String
    let errors: String
    /// The largest resident memory that was seen, in bytes.
    let peakResidentByteCount: Int

    var outputLines: [String] { output.split(separator: "\n").map(String.init) }
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

    /// Each line of the output as a JSON object.
    func objects() throws -> [[String: Any]] {
        try outputLines.map { line in
            guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                throw CocoaError(.propertyListReadCorrupt)
            }
            return object
        }
    }
}

/// The `fathom` executable, run as a user runs it.
enum CommandLineTool {
    /// `FATHOM_EXECUTABLE`, or the product that was built beside this test bundle.
    static let path: String = {
        if let path = ProcessInfo.processInfo.environment["FATHOM_EXECUTABLE"] { return path }
        let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appending(path: "fathom").path
    }()

    /// Runs it with these arguments.
    static func run(_ arguments: String..., in folder: TemporaryFolder? = nil) throws -> ProcessResult {
        try execute(path, arguments, in: folder?.path)
    }

    /// `fathom depth` with the mini model on one thread, in `folder`.
    static func depth(_ arguments: String..., in folder: TemporaryFolder) throws -> ProcessResult {
        try execute(path, ["depth"] + arguments + modelArguments, in: folder.path)
    }

    /// Runs a line of bash in which "$FATHOM" is the executable and "$MODEL" stands for the model's arguments.
    static func shell(_ line: String, in folder: TemporaryFolder) throws -> ProcessResult {
        try execute("/bin/bash", ["-c", expand(line)], in: folder.path)
    }

    /// Puts the executable and the model's arguments into a line of bash.
    static func expand(_ line: String) -> String {
        let model = modelArguments.map { "'\($0)'" }.joined(separator: " ")
        return line.replacingOccurrences(of: "$FATHOM", with: "'\(path)'")
            .replacingOccurrences(of: "$MODEL", with: model)
    }

    /// How many OpenCL devices there are. Asked of the program: Intel's driver changes the environment of a process that
    /// opens it, and with it what the processes after it are started with.
    static func openCLDeviceCount() throws -> Int {
        try run("devices", "--json").objects().count { $0["platform"] != nil }
    }

    static let modelArguments = ["--model", Fixture("mini").folder.path, "--threads", "1"]
}

/// Runs a program to its end, with variables beside those of this process; its outputs go through files, so that no pipe can fill up.
func execute(
    _ program: String, _ arguments: [String], in folder: String?, environment: [String: String] = [:]
) throws -> ProcessResult {
    let scratch = try TemporaryFolder()
    let (output, errors) = (scratch.file("output"), scratch.file("errors"))
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: scratch.emptyFile(output))
    process.standardError = try FileHandle(forWritingTo: scratch.emptyFile(errors))
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    // The high-water mark only grows: the last look before the end tells the peak.
    var peak = 0
    repeat {
        peak = max(peak, highWaterByteCount(process.processIdentifier))
    } while ended.wait(
        timeout: .now() + .milliseconds(20)) == .timedOut
    let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    return ProcessResult(
        status: signal + process.terminationStatus,
        output: String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self),
        errors: String(decoding: try Data(contentsOf: URL(filePath: errors)), as: UTF8.self),
        peakResidentByteCount: peak)
}

extension TemporaryFolder {
    fileprivate func emptyFile(_ path: String) throws -> URL {
        try Data().write(to: URL(filePath: path))
        return URL(filePath: path)
    }
}

/// VmHWM of a process; 0 when it has none any more.
private func highWaterByteCount(_ process: Int32) -> Int {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return kilobytes * 1024
}
