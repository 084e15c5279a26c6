import Glibc

/// The memory that this process may have. A system that is asked for more hardly ever refuses: it ends the process later.
package struct HostMemory {
    /// The most that the process may ever hold: the machine's memory and swap, or what its control groups leave of them;
    /// nil where the system does not tell.
    package let limitByteCount: Int?
    /// What the process holds already and cannot be taken from it: memory that no file stands behind.
    package let heldByteCount: Int

    package init(limitByteCount: Int?, heldByteCount: Int = 0) {
        self.limitByteCount = limitByteCount
        self.heldByteCount = heldByteCount
    }

    /// - Parameter root: the folder that holds `proc` and `sys`.
    package init(root: String = "") {
        let machine = Self.fields(systemText(root + "/proc/meminfo") ?? "")
        let process = Self.fields(systemText(root + "/proc/self/status") ?? "")
        let group = ControlGroup(root: root)
        let swap = machine["SwapTotal"] ?? 0
        let limits =
            group.folders.map { Self.unifiedLimit($0, swap: swap) }
            + group.folders(of: "memory").map { Self.legacyLimit($0, swap: swap) }
        let limit = ([machine["MemTotal"].map { $0 + swap }] + limits).compactMap(\.self).min()
        self.init(limitByteCount: limit, heldByteCount: (process["RssAnon"] ?? 0) + (process["VmSwap"] ?? 0))
    }

    /// Whether so many bytes more could be had at all, which is tried. That they can does not mean that others leave them.
    package func hasRoom(for byteCount: Int) -> Bool {
        guard byteCount > 0 else { return true }
        if let limitByteCount, byteCount > limitByteCount - heldByteCount { return false }
        // Not malloc and free: the compiler takes such a pair out.
        let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard start != MAP_FAILED else { return false }
        munmap(start, byteCount)
        return true
    }

    /// `MemTotal:       24683584 kB` -> 25275990016 bytes
    private static func fields(_ text: String) -> [String: Int] {
        text.split(separator: "\n").reduce(into: [:]) { fields, line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 3, words[2] == "kB", let kibibytes = Int(words[1]) else { return }
            fields[String(words[0].dropLast())] = kibibytes << 10
        }
    }

    /// Version 2: `memory.max`, and as much swap as `memory.swap.max` leaves.
    private static func unifiedLimit(_ folder: String, swap: Int) -> Int? {
        number(folder + "/memory.max").map { $0 + min(swap, number(folder + "/memory.swap.max") ?? swap) }
    }

    /// Version 1: a limit of memory, and one of memory and swap together where swap is counted.
    private static func legacyLimit(_ folder: String, swap: Int) -> Int? {
        [
            number(folder + "/memory.limit_in_bytes").map { $0 + swap },
            number(folder + "/memory.memsw.limit_in_bytes"),
        ].compactMap(\.self).min()
    }

    /// The number that a file holds; nil for `max`, and for the huge one that stands for no limit in version 1.
    private static func number(_ file: String) -> Int? { systemNumber(file).flatMap { $0 < 1 << 60 ? $0 : nil } }
}
