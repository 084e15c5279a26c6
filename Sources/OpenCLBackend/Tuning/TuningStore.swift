package import Foundation
import OpenCLKernels
package import TensorCore

/// Where tuning records lie: those that come with the program, and the user's in ``CacheFolder``, which go before them.
package struct TuningStore: Sendable {
    /// The user's file; nil when the user wants none kept.
    package let file: URL?

    package init(folder: String?) {
        file = folder.map { URL(fileURLWithPath: $0).appendingPathComponent("tuning.jsonl") }
    }

    package static let standard = TuningStore(folder: CacheFolder.path)

    /// The records that come with the program.
    package static let defaults: [TuningRecord] =
        (try? TuningFile(String(decoding: KernelDefaults.tuning, as: UTF8.self)).records) ?? []

    /// The user's records. A damaged file counts as none; the warning says so, and what to do.
    package func users() -> (records: [TuningRecord], warning: String?) {
        guard let file, FileManager.default.fileExists(atPath: file.path) else { return ([], nil) }
        do { return (try TuningFile(contentsOf: file.path).records, nil) } catch {
            return ([], "tuned kernels are not used: \(error); remove it or tune again with fathom tune")
        }
    }

    /// Why records are not kept.
    package struct CannotAdd: Error, CustomStringConvertible {
        package let description: String
    }

    /// Adds records to the user's file, which is written under another name and renamed. Others that add at the same time,
    /// such as a tuner of another device, wait for their turn. A damaged file is replaced, one of a newer version is not.
    package func add(_ records: [TuningRecord]) throws(CannotAdd) {
        guard let file else { return }
        let folder = file.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            // The file itself is another one after each replacement.
            let lock = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            defer { if lock >= 0 { close(lock) } }
            while lock >= 0, flock(lock, LOCK_EX) != 0, errno == EINTR {}
            var content = try known(file)
            content.merge(records)
            try Data(content.text.utf8).write(to: file, options: .atomic)
        } catch let error as TuningFile.Damaged {
            throw CannotAdd(description: "\(error); move it away, or tune with the program that wrote it")
        } catch {
            throw CannotAdd(description: "\(file.path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// What is kept already.
    private func known(_ file: URL) throws(TuningFile.Damaged) -> TuningFile {
        guard FileManager.default.fileExists(atPath: file.path) else { return TuningFile([]) }
        do { return try TuningFile(contentsOf: file.path) } catch {
            if error.isNewer { throw error }
            return TuningFile([])
        }
    }
}

/// The tuning of one device.
package struct DeviceTuning: Sendable {
    private let device: OpenCLDevice
    /// The program's, then the user's.
    private let records: [TuningRecord]
    /// Why the user's records are not used; nil when they are, or when there are none.
    package let warning: String?

    package init(_ device: OpenCLDevice, _ store: TuningStore?) {
        self.device = device
        let (users, warning) = store?.users() ?? ([], nil)
        self.warning = warning
        let here = { (record: TuningRecord) in
            guard let form = KernelForm(rawValue: record.form) else { return false }
            return record.place.covers(TuningRecord.Place(device, record.shape, form))
        }
        let own = users.filter(here)
        // Products with the same weights agree on panels: the program's records and the user's are not mixed there.
        let tuned = Set(own.map { "\($0.precision) \($0.form) \($0.shape.weightClass)" })
        let defaults = store == nil ? [] : TuningStore.defaults.filter(here)
        records =
            defaults.filter { !tuned.contains("\($0.precision) \($0.form) \($0.shape.weightClass)") } + own
    }

    /// No tuning.
    package static func none(_ device: OpenCLDevice) -> DeviceTuning { DeviceTuning(device, nil) }

    /// The cuts for plans of a precision whose kernels have the forms of `limits`.
    package func cuts(storage: DataType, _ limits: KernelLimits) -> TunedCuts {
        TunedCuts(records, storage: storage, limits.storing(storage))
    }

    /// What people are told: how many shapes are tuned.
    package var summary: String {
        if let warning { return warning }
        let precisions = DataType.ofKernels.map(\.precisionName)
        let counts = precisions.map { precision in
            (precision, Set(records.filter { $0.precision == precision }.map(\.shape)).count)
        }.filter { $0.1 > 0 }
        return counts.isEmpty
            ? "none; fathom tune measures the best" : counts.map { "\($0.1) shapes in \($0.0)" }.joined(separator: ", ")
    }
}
