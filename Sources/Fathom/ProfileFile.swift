import Foundation
import Imaging
import Profiling

extension Profile {
    /// A form in which a profile is kept in a file.
    public enum FileFormat: Sendable, Hashable, CaseIterable {
        /// The rows with a header line, times in seconds, rates in base units. (RFC 4180 with line feeds)
        case csv
        /// Every kernel of every run on a time line, for ui.perfetto.dev. (Trace Event Format)
        case trace
        /// The rows under the device's roofs, as a picture. (SVG)
        case roofline
    }

    /// The content of a file.
    ///
    /// - Throws: ``FathomError`` when a number has no place in the format.
    public func text(_ format: FileFormat) throws(FathomError) -> String {
        switch format {
        case .csv: csv
        case .trace: try FathomError.wrapping(.device) { try trace.json }
        case .roofline: roofline.svg
        }
    }

    /// Writes a file; a reader sees either the whole new file or what was there before.
    ///
    /// - Throws: ``FathomError`` when the file cannot be written.
    public func write(_ format: FileFormat, to path: String) throws(FathomError) {
        try OutputFile.write(text(format), to: path)
    }

    private var trace: ChromeTrace {
        ChromeTrace(
            source.plan, costs: source.costs, runs: source.runs, device: "\(machine.device): \(machine.deviceModel)",
            facts: [
                "model": model, "machine": machine.line, "photograph": "\(photographWidth) x \(photographHeight)",
            ])
    }

    private var roofline: RooflineChart {
        RooflineChart(
            source.table, roof: source.roof, title: "Roofline of \(model) by \(by.rawValue)", subtitle: machine.line)
    }

    private var csv: String {
        let header = [
            "operation", "module", "stage", "input", "output", "calls", "min_seconds", "avg_seconds", "max_seconds",
            "total_seconds", "share", "flop_count", "byte_count", "flop_per_second", "bytes_per_second",
            "flop_per_byte",
            "share_of_roof", "bound", "kernels",
        ]
        let lines = rows.map(\.fields)
        return ([header] + lines).map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
    }
}

extension Profile.Machine {
    /// The machine in one line: device, model, threads, precision, version.
    public var line: String {
        var parts = ["\(device): \(deviceModel)"]
        if let threads { parts.append(threads == 1 ? "1 thread" : "\(threads) threads") }
        return (parts + [precision, "fathom \(version)"]).joined(separator: ", ")
    }
}

extension Profile.Row {
    /// The values of one line of CSV, in the header's order.
    fileprivate var fields: [String] {
        let shape = { (shape: [Int]?) in shape.map { $0.map(String.init).joined(separator: "x") } ?? "" }
        let names = [operation, module ?? "", stage ?? "", shape(input), shape(output)]
        let seconds: [Double] = [minSeconds, avgSeconds, maxSeconds, totalSeconds, share]
        let work: [Double] = [flopPerSecond, bytesPerSecond, flopPerByte, shareOfRoof]
        return names + [String(calls)] + seconds.map(\.description) + [String(flopCount), String(byteCount)]
            + work.map(\.description) + [bound, kernelLines.joined(separator: "; ")]
    }
}

extension Profile.Row {
    /// Its kernels for people; programs that differ in constants alone look alike.
    public var kernelLines: [String] {
        kernels.map(\.line).reduce(into: []) { lines, line in if !lines.contains(line) { lines.append(line) } }
    }
}

extension Profile.Kernel {
    /// The kernel in one line: name, form, work-items in all and in a work-group.
    public var line: String {
        let size = { (sizes: [Int]) in sizes.map(String.init).joined(separator: "x") }
        return ([name, form, "\(size(global)) by \(size(local))"]).filter { !$0.isEmpty }.joined(separator: " ")
    }
}

/// A field of CSV.
private func quoted(_ field: String) -> String {
    let needsQuotes = field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
    return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
}
