import Foundation

/// Tuning records as text: a line that says what the file is, then one JSON object a line.
package struct TuningFile: Sendable {
    /// Raised when the meaning of a record changes.
    private static let version = 1
    package var records: [TuningRecord]

    package init(_ records: [TuningRecord]) { self.records = records }

    /// A file that cannot be understood.
    package struct Damaged: Error, CustomStringConvertible {
        package let description: String
        /// Whether a later version of the program wrote it, which will want to read it again.
        package var isNewer = false
    }

    private struct Header: Codable { let fathomTuning: Int }

    /// - Throws: ``Damaged`` with the line that is wrong.
    package init(_ text: String) throws(Damaged) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let decoder = JSONDecoder()
        guard let first = lines.first, let header = try? decoder.decode(Header.self, from: Data(first.utf8)) else {
            throw Damaged(description: "line 1 does not say that it is a tuning file of fathom")
        }
        guard header.fathomTuning == Self.version else {
            throw Damaged(
                description: "it has version \(header.fathomTuning); this fathom reads \(Self.version)",
                isNewer: header.fathomTuning > Self.version)
        }
        records = []
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            do { records.append(try decoder.decode(TuningRecord.self, from: Data(line.utf8))) } catch {
                throw Damaged(description: "line \(index + 1) is no tuning record")
            }
        }
    }

    /// - Throws: ``Damaged`` when it cannot be read or understood, with the path.
    package init(contentsOf path: String) throws(Damaged) {
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw Damaged(description: "\(path) cannot be read as text: \(error.localizedDescription)")
        }
        do { try self.init(text) } catch {
            throw Damaged(description: "\(path) is no tuning file: \(error)", isNewer: error.isNewer)
        }
    }

    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = records.compactMap { try? encoder.encode($0) }.map { String(decoding: $0, as: UTF8.self) }
        return (["{\"fathomTuning\":\(Self.version)}"] + lines.sorted()).joined(separator: "\n") + "\n"
    }

    /// Takes records over those about the same kernel, shape and place.
    package mutating func merge(_ others: [TuningRecord]) {
        let replaced = Set(others.map(\.key))
        records = records.filter { !replaced.contains($0.key) } + others
    }
}
