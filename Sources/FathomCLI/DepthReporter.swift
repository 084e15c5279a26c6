import Fathom
import Foundation
import Synchronization

/// Tells of each photograph as it is done: a line on standard output, failures on standard error, and a progress bar
/// when standard error is a terminal.
final class DepthReporter: Sendable {
    enum Style: Sendable { case text, json }

    private struct State {
        var doneCount = 0
        var failures: [String] = []
        var outputFailure: String?
        var warning: String?
    }

    private let style: Style
    private let progress: ProgressBar?
    private let state = Mutex(State())

    init(style: Style, jobCount: Int) {
        self.style = style
        progress = jobCount > 0 && isatty(STDERR_FILENO) == 1 ? ProgressBar(total: jobCount) : nil
    }

    /// Why a file is not computed, which is no failure.
    enum SkipReason: String, Encodable {
        case isDone = "its results are there"
        case isResult = "it is a result"
    }

    func skip(_ paths: [String], because reason: SkipReason) {
        switch style {
        case .json:
            for path in paths { write { try jsonLine(SkipRecord(file: path, skipped: reason)) } }
        case .text where paths.isEmpty: break
        case .text where reason == .isDone: write { "skipped \(paths.count) with results already there" }
        case .text: write { "left out \(paths.count) that are results of earlier runs" }
        }
    }

    func report(_ job: DepthJob, _ result: Result<DepthReport, FathomError>) {
        switch result {
        case .success(let report):
            state.withLock { $0.doneCount += 1 }
            write { try style == .text ? line(job, report) : jsonLine(DepthRecord(job, report)) }
        case .failure(let error):
            fail(path: job.photographPath, error)
        }
        progress?.advance(by: 1)
    }

    func fail(path: String?, _ error: FathomError) {
        let text = error.commandLineText
        state.withLock { $0.failures.append(text) }
        progress?.clear()
        if style == .json { write { try jsonLine(FailureRecord(file: path, error: text)) } }
        writeError("fathom: \(text)")
    }

    /// Tells a warning unless it was the last to be told.
    func warnOnce(_ text: String?) {
        guard let text else { return }
        let isNew = state.withLock { state in
            defer { state.warning = text }
            return state.warning != text
        }
        guard isNew else { return }
        progress?.clear()
        writeError("fathom: \(text)")
    }

    /// Prints the summary; tells whether everything went well.
    func finish() -> Bool {
        progress?.clear()
        let (doneCount, failures, outputFailure) = state.withLock { ($0.doneCount, $0.failures, $0.outputFailure) }
        if let outputFailure { writeError("fathom: \(outputFailure)") }
        if failures.count > 0 && doneCount + failures.count > 1 {
            writeError("fathom: \(failures.count) of \(doneCount + failures.count) failed:")
            for failure in failures { writeError("  \(failure)") }
        }
        return failures.isEmpty && outputFailure == nil
    }

    /// A record that cannot be made or written does not stop the others; it is told at the end.
    private func write(_ record: () throws -> String) {
        progress?.clear()
        do { try writeOutput(record()) } catch { state.withLock { $0.outputFailure = "\(error)" } }
    }

    private func line(_ job: DepthJob, _ report: DepthReport) -> String {
        let seconds = report.seconds
        var parts = [
            "\(job.photographPath): \(report.width) x \(report.height)",
            "focal \(decimal(report.focalLengthPixels, 1)) px (\(report.focalLengthSource.rawValue), "
                + "\(decimal(report.horizontalFieldOfViewDegrees, 1)) deg)",
            "depth \(metres(report.range.nearest)) / \(metres(report.range.median)) / \(metres(report.range.farthest)) m",
            "\(decimal(seconds.total, 2)) s on \(report.deviceName) (decode \(decimal(seconds.decode, 2)), prepare "
                + "\(decimal(seconds.prepare, 2)), encoders \(decimal(seconds.encoders, 2)), decoder "
                + "\(decimal(seconds.decoder, 2)), field of view \(decimal(seconds.fieldOfView, 2)), metric "
                + "\(decimal(seconds.metric, 2)), write \(decimal(seconds.write, 2)))",
        ]
        if report.saturatedPixelCount > 0 {
            parts.append("\(report.saturatedPixelCount) pixels too far for the 16-bit scale")
        }
        return parts.joined(separator: ", ")
    }

    private func metres(_ depth: Float) -> String { decimal(Double(depth), depth < 10 ? 2 : 1) }
}

/// A photograph in `--json`.
private struct DepthRecord: Encodable {
    struct Seconds: Encodable {
        let decode, prepare, encoders, decoder, fieldOfView, metric, write: Double
    }

    let file: String
    let width, height: Int
    let focalPx, fovDeg: Double
    let focalSource: String
    let nearestM, medianM, farthestM: Float
    let device, deviceReason: String
    let seconds: Seconds
    let totalSeconds: Double
    let files: [String]
    let saturatedPixels: Int

    init(_ job: DepthJob, _ report: DepthReport) {
        file = job.photographPath
        (width, height) = (report.width, report.height)
        (focalPx, fovDeg) = (report.focalLengthPixels, report.horizontalFieldOfViewDegrees)
        focalSource = report.focalLengthSource.rawValue
        (nearestM, medianM, farthestM) = (report.range.nearest, report.range.median, report.range.farthest)
        (device, deviceReason) = (report.deviceName, report.deviceReason)
        let split = report.seconds
        seconds = Seconds(
            decode: split.decode, prepare: split.prepare, encoders: split.encoders, decoder: split.decoder,
            fieldOfView: split.fieldOfView, metric: split.metric, write: split.write)
        totalSeconds = split.total
        files = report.files
        saturatedPixels = report.saturatedPixelCount
    }
}

/// A file that was not computed, in `--json`.
private struct SkipRecord: Encodable {
    let file: String
    let skipped: DepthReporter.SkipReason
}

/// A photograph that failed, in `--json`.
private struct FailureRecord: Encodable {
    let file: String?
    let error: String
}
