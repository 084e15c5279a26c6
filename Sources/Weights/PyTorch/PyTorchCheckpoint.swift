import Archives
import Foundation
import Synchronization
package import TensorCore

/// The tensors of a state dict that `torch.save` wrote: a zip archive of a pickle and one entry per storage.
package final class PyTorchCheckpoint: WeightSource {
    /// A pickle of a thousand tensors has about 150 kB.
    private static let maximumPickleByteCount = 16 << 20

    package let tensors: [String: TensorDescription]

    private struct Entry {
        let tensor: StoredTensor
        let storage: ZipEntry
    }

    private let file: MappedFile
    private let entries: [String: Entry]
    /// Where the storages start whose checksums were found right. A storage is checked by the first read of it.
    private let checkedStorages = Mutex<Set<Int>>([])

    /// Reads the directory and the pickle and checks every tensor's place; no tensor is touched.
    package init(path: String) throws(CheckpointError) {
        file = try MappedFile(path: path)
        let bytes = try file.bytes(reading: 0)
        do throws(FormatFault) {
            entries = try Self.entries(archive: bytes.bytes)
        } catch {
            throw error.at(path)
        }
        tensors = entries.mapValues(\.tensor.description)
    }

    package func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        guard let entry = entries[name] else { throw .missing(name) }
        try checkStorage(entry.storage, of: name)
        try entry.tensor.read(name, from: file, into: &destination)
    }

    package func releaseMemory() { file.releaseMemory() }

    private func checkStorage(_ storage: ZipEntry, of name: String) throws(WeightError) {
        let start = storage.byteRange.lowerBound
        guard !checkedStorages.withLock({ $0.contains(start) }) else { return }
        let checksum: UInt32
        do throws(CheckpointError) {
            let bytes = try file.bytes(reading: storage.byteRange.count)
            checksum = CRC32.checksum(bytes.bytes.extracting(storage.byteRange))
        } catch {
            throw .unreadable(name: name, reason: "\(error)")
        }
        guard checksum == storage.checksum else {
            throw .unreadable(name: name, reason: "\(file.path): its checksum is wrong; download the checkpoint again")
        }
        checkedStorages.withLock { _ = $0.insert(start) }
    }
}

extension PyTorchCheckpoint {
    private static func entries(archive: RawSpan) throws(FormatFault) -> [String: Entry] {
        let zip = try storedEntries(archive: archive)
        let (root, pickleEntry) = try pickleEntry(in: zip)
        guard zip[root + "constants.pkl"] == nil else {
            throw .unsupported("it is a TorchScript archive; save the model's state_dict with torch.save")
        }
        if let order = zip[root + "byteorder"] {
            guard order.byteRange.count == 6, archive.extracting(order.byteRange).bytes == Array("little".utf8) else {
                throw .unsupported("it was saved on a big-endian machine")
            }
        }
        guard pickleEntry.byteRange.count <= maximumPickleByteCount else {
            throw .damaged("its pickle has \(pickleEntry.byteRange.count) bytes, more than a state dict can need")
        }
        let pickleBytes = archive.extracting(pickleEntry.byteRange)
        guard CRC32.checksum(pickleBytes) == pickleEntry.checksum else {
            throw .damaged("the checksum of its data.pkl is wrong")
        }
        var entries: [String: Entry] = [:]
        for (name, tensor) in try StateDict.tensors(in: PickleReader(pickleBytes.bytes)) {
            guard let storage = zip[root + "data/" + tensor.storage.key] else {
                throw FormatFault(
                    kind: .incomplete, tensor: name, detail: "its storage '\(tensor.storage.key)' is not in the archive"
                )
            }
            entries[name] = Entry(tensor: try tensor.located(name, in: storage), storage: storage)
        }
        return entries
    }

    /// The archive's entries, which PyTorch stores without compression.
    private static func storedEntries(archive: RawSpan) throws(FormatFault) -> [String: ZipEntry] {
        let entries: [String: ZipEntry]
        do throws(ArchiveError) {
            entries = try ZipDirectory(archive: archive).entries
        } catch {
            throw error.kind == .unsupported ? .unsupported(error.detail) : .damaged(error.detail)
        }
        if let (name, _) = entries.first(where: { $0.value.compression != .stored }) {
            throw .unsupported("the zip entry '\(name)' is compressed (method 8); PyTorch stores entries as they are")
        }
        return entries
    }

    /// The pickle and the folder that everything lies in, which is named after the file that was saved.
    private static func pickleEntry(in zip: [String: ZipEntry]) throws(FormatFault) -> (root: String, ZipEntry) {
        let found = zip.filter { $0.key.hasSuffix("/data.pkl") }
        guard let (path, entry) = found.first else {
            throw .damaged("it is a zip archive without a data.pkl, so not one of PyTorch's")
        }
        guard found.count == 1 else { throw .damaged("it has \(found.count) entries named data.pkl") }
        return (String(path.dropLast("data.pkl".count)), entry)
    }
}

extension PickledTensor {
    /// Where the tensor lies in the archive.
    ///
    /// - Throws: when it reaches beyond its storage, or the storage has another size than the pickle says.
    fileprivate func located(_ name: String, in entry: ZipEntry) throws(FormatFault) -> StoredTensor {
        let type = storage.dataType
        let width = type.byteCount
        guard Shape([storage.elementCount]).checkedByteCount(of: type) == entry.byteRange.count else {
            throw .damaged(
                "its storage has \(entry.byteRange.count) bytes where \(storage.elementCount) elements of"
                    + " \(type.rawValue) are claimed", tensor: name)
        }
        let shape = Shape(dimensions)
        guard shape.checkedByteCount(of: type) != nil else {
            throw .damaged("its shape \(shape) is larger than any memory", tensor: name)
        }
        let description = TensorDescription(shape: shape, dataType: type)
        guard shape.elementCount > 0 else {
            return StoredTensor(
                description: description, byteRange: entry.byteRange.lowerBound..<entry.byteRange.lowerBound)
        }
        guard let reach, reach < storage.elementCount else {
            throw .damaged(
                "its shape \(shape), strides \(strides) and offset \(offset) reach beyond the \(storage.elementCount)"
                    + " elements of its storage", tensor: name)
        }
        guard shape.elementCount <= storage.elementCount else {
            throw .unsupported("it repeats elements (an expanded view); save it contiguous", tensor: name)
        }
        let start = entry.byteRange.lowerBound
        return StoredTensor(
            description: description, byteRange: start + offset * width..<start + (reach + 1) * width,
            order: isContiguous ? .contiguous : .strided(strides))
    }

    /// The storage index of the last element, or nil on overflow. No axis is empty.
    private var reach: Int? {
        var reach = offset
        for (dimension, stride) in zip(dimensions, strides) {
            let (distance, overflow) = (dimension - 1).multipliedReportingOverflow(by: stride)
            let (sum, sumOverflow) = reach.addingReportingOverflow(distance)
            guard !overflow, !sumOverflow else { return nil }
            reach = sum
        }
        return reach
    }

    /// Whether elements follow one another in row-major order. The stride of an axis of one element is free.
    private var isContiguous: Bool {
        var expected = 1
        for (dimension, stride) in zip(dimensions, strides).reversed() where dimension > 1 {
            guard stride == expected else { return false }
            expected *= dimension
        }
        return true
    }
}
