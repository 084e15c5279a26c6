import Fathom
import Foundation

/// Figures for people: a row for each method, and for each image if asked for, with what they stand on.
struct EvaluationText {
    private let report: EvaluationReport
    private let showsImages: Bool
    private let metrics: [String]

    init(_ report: EvaluationReport, showsImages: Bool) {
        self.report = report
        self.showsImages = showsImages
        metrics = EvaluationReport.metricNames.filter { name in report.methods.contains { $0.mean[name] != nil } }
    }

    var text: String {
        guard !report.methods.isEmpty else { return "nothing was measured" }
        return [table, basis].joined(separator: "\n\n")
    }

    private var table: String {
        let columns: [TextTable.Column] = [.left(showsImages ? "method and image" : "method"), .right("images")]
        var table = TextTable(columns: columns + metrics.map { .right($0) })
        for method in report.methods {
            table.add([method.name, String(method.images.count)] + metrics.map { cell(method.mean[$0], $0) })
            guard showsImages else { continue }
            for image in method.images {
                table.add(["  " + image.file, ""] + metrics.map { cell(image.metrics[$0], $0) })
            }
        }
        return table.text
    }

    private func cell(_ value: Double?, _ metric: String) -> String {
        value.map { decimal($0, metric == "silog" ? 2 : 4) } ?? "-"
    }

    /// What the figures stand on: range, crop, alignment, pixels and what was done to predictions.
    private var basis: String {
        let images = report.methods[0].images
        let sum = { (count: (EvaluationReport.Image) -> Int?) in images.reduce(0) { $0 + (count($1) ?? 0) } }
        var lines = [
            "depths between \(report.nearestM) and \(report.farthestM) m, crop \(report.crop), alignment"
                + " \(report.alignment)" + (report.preset.map { ", preset \($0)" } ?? ""),
            "\(sum(\.validPixels)) pixels count; \(sum(\.unknownPixels)) are unknown, \(sum(\.outOfRangePixels)) out of"
                + " range or sky; \(sum(\.invalidPredictions)) predictions are no depth and count as the limits of the range",
        ]
        let resized = images.filter { $0.resizedFrom != nil }
        if let first = resized.first, let size = first.resizedFrom {
            lines.append(
                "\(resized.count) predictions were resized bilinearly to the truth's size (\(first.file) from"
                    + " \(size[0]) x \(size[1]))")
        }
        return lines.joined(separator: "\n")
    }
}

/// Figures for programs: a line for each image and method, then one for each mean.
struct EvaluationCSV {
    let text: String

    init(_ report: EvaluationReport) {
        let names = EvaluationReport.metricNames
        let counts = ["valid_pixels", "unknown_pixels", "out_of_range_pixels", "invalid_predictions"]
        var lines = [(["method", "image"] + names + counts + ["resized_from"]).joined(separator: ",")]
        for method in report.methods {
            for image in method.images {
                let pixels = [image.validPixels, image.unknownPixels, image.outOfRangePixels, image.invalidPredictions]
                let size = image.resizedFrom.map { "\($0[0])x\($0[1])" } ?? ""
                lines.append(
                    ([Self.quoted(method.name), Self.quoted(image.file)] + names.map { Self.number(image.metrics[$0]) }
                        + pixels.map { $0.map(String.init) ?? "" } + [size]).joined(separator: ","))
            }
            let empty = [String](repeating: "", count: counts.count + 1)
            lines.append(
                ([Self.quoted(method.name), "mean"] + names.map { Self.number(method.mean[$0]) } + empty)
                    .joined(separator: ","))
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    /// Writes the file whole or not at all.
    func write(to path: String) throws { try OutputFile.write(text, to: path) }

    /// All digits that a double has.
    private static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
