package import Foundation

/// One case of the numeric oracle: a checkpoint and what PyTorch computes with it. `scripts/oracle` makes them.
package struct Fixture: Sendable, CustomStringConvertible {
    package let name: String
    package let folder: URL

    package init(_ name: String) {
        self.name = name
        folder = Self.root.appending(path: name)
    }

    /// Where the fixtures are: `FATHOM_FIXTURES`, or `.build/fixtures` of the package.
    package static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["FATHOM_FIXTURES"] { return URL(filePath: path) }
        return packageRoot.appending(path: ".build/fixtures")
    }()

    /// The checkout that holds the tests.
    package static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    package var description: String { name }

    package func path(_ file: String) -> String { folder.appending(path: file).path }

    /// Reads one of the case's arrays.
    package func array(_ name: String) throws -> NPYFile { try NPYFile(folder.appending(path: name + ".npy")) }
}

/// A little-endian, C-ordered .npy file of float32 or uint8.
package struct NPYFile: Sendable {
    package struct FormatError: Error, CustomStringConvertible {
        package let description: String
    }

    package let shape: [Int]
    /// The elements as they are, or widened from uint8.
    package let values: [Float]

    package init(_ url: URL) throws {
        guard let data = try? Data(contentsOf: url) else {
            throw FormatError(description: "there is no \(url.path); scripts/test makes the fixtures")
        }
        let bytes = [UInt8](data)
        guard bytes.count > 10, bytes[0] == 0x93, bytes[6] == 1 else {
            throw FormatError(description: "\(url.path) is no .npy file of version 1")
        }
        let headerEnd = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        let header = String(decoding: bytes[10..<headerEnd], as: UTF8.self)
        guard let open = header.range(of: "'shape': ("), let close = header[open.upperBound...].firstIndex(of: ")"),
            header.contains("'fortran_order': False")
        else { throw FormatError(description: "\(url.path): header \(header)") }
        shape = header[open.upperBound..<close].split(separator: ",").compactMap {
            Int($0.trimmingCharacters(in: .whitespaces))
        }
        let payload = bytes[headerEnd...]
        if header.contains("'|u1'") {
            values = payload.map(Float.init)
        } else {
            values = stride(from: headerEnd, to: bytes.count - 3, by: 4).map { (index: Int) -> Float in
                let element = bytes[index..<(index + 4)]
                return Float(bitPattern: element.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
            }
        }
        guard values.count == shape.reduce(1, *) else {
            throw FormatError(description: "\(url.path): \(values.count) values for shape \(shape)")
        }
    }
}
