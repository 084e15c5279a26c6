import Fathom
import Foundation

/// A number with a fixed count of decimals, whatever the locale.
func decimal(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", locale: Locale(identifier: "en_US_POSIX"), value)
}

/// A number with two digits that matter, whatever its size: `1.2e-04`.
func scientific(_ value: Double) -> String {
    String(format: "%.1e", locale: Locale(identifier: "en_US_POSIX"), value).lowercased()
}

/// One line of JSON with snake_case keys in a fixed order.
func jsonLine(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// Rows of text in aligned columns.
struct TextTable {
    enum Column {
        case left(String), right(String)

        var title: String {
            switch self {
            case .left(let title), .right(let title): title
            }
        }
    }

    private let columns: [Column]
    private var rows: [[String]]

    init(columns: [Column]) {
        self.columns = columns
        rows = [columns.map(\.title)]
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = columns.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return switch columns[column] {
                case .left: row[column] + padding
                case .right: padding + row[column]
                }
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}

/// Writes to standard output what a command was asked for, so that it is there when the exit status is 0.
///
/// - Throws: `FathomError` when it cannot be written.
func writeOutput(_ text: String, terminator: String = "\n") throws {
    do {
        try FileHandle.standardOutput.write(contentsOf: Data((text + terminator).utf8))
    } catch {
        throw FathomError(.cannotWrite, "standard output cannot be written; what it should hold is incomplete")
    }
}

/// Writes to standard error. Where it is gone, as a terminal is that was closed, or full, the work goes on without it.
func writeError(_ text: String, terminator: String = "\n") {
    try? FileHandle.standardError.write(contentsOf: Data((text + terminator).utf8))
}
