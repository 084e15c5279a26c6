import Foundation
import Machine
import TestSupport
import Testing

@Suite("Memory that a process may have")
struct HostMemoryTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What `HostMemory` finds on a machine of 1000 KiB with some swap, in a group of the given files.
    private func memory(groups: String, swap: Int = 100, _ files: [String: String] = [:]) throws -> HostMemory {
        let meminfo = "MemTotal:  1000 kB\nMemFree:  9 kB\nHugePages_Total:  7\nSwapTotal:  \(swap) kB\n"
        try folder.write(Data(meminfo.utf8), "proc/meminfo")
        try folder.write(Data("Name:\tfathom\nRssAnon:\t  40 kB\nVmSwap:\t 2 kB\n".utf8), "proc/self/status")
        try folder.write(Data(groups.utf8), "proc/self/cgroup")
        for (name, text) in files { try folder.write(Data(text.utf8), "sys/fs/cgroup/" + name) }
        return HostMemory(root: folder.path)
    }

    @Test("is the machine's and its swap where nothing restricts it")
    func machine() throws {
        let memory = try memory(groups: "0::/\n")
        #expect(memory.limitByteCount == 1100 << 10 && memory.heldByteCount == 42 << 10)
    }

    @Test("is the least of the group's and of those above it")
    func unified() throws {
        let files = ["a/memory.max": "max\n", "memory.max": "409600\n", "a/b/memory.max": "512000\n"]
        #expect(try memory(groups: "0::/a/b\n", swap: 0, files).limitByteCount == 409_600)
        // A group elsewhere restricts nobody here.
        try FileManager.default.removeItem(atPath: folder.file("sys/fs/cgroup/memory.max"))
        #expect(try memory(groups: "0::/a\n", swap: 0).limitByteCount == 1000 << 10)
    }

    @Test("takes in the swap that a group leaves", arguments: [("0\n", 0), ("max\n", 100), ("20480\n", 20)])
    func swap(limit: String, kibibytes: Int) throws {
        let files = ["a/memory.max": "204800\n", "a/memory.swap.max": limit]
        #expect(try memory(groups: "0::/a\n", files).limitByteCount == (200 + kibibytes) << 10)
    }

    @Test("is that of version 1 beside version 2, and in a container that sees its own group at the top")
    func legacy() throws {
        let groups = "9:name=systemd:/\n4:memory:/docker/7\n2:cpu,cpuacct:/\n0::/\n"
        let unlimited = ["memory/memory.limit_in_bytes": "9223372036854771712\n"]
        #expect(try memory(groups: groups, unlimited).limitByteCount == 1100 << 10)
        let files = ["memory/memory.limit_in_bytes": "307200\n", "memory/memory.memsw.limit_in_bytes": "358400\n"]
        #expect(try memory(groups: groups, files).limitByteCount == 350 << 10)
        let own = ["memory/docker/7/memory.limit_in_bytes": "102400\n"]
        #expect(try memory(groups: groups, swap: 0, own).limitByteCount == 100 << 10)
    }

    @Test("is unknown where the system tells nothing", arguments: ["", "MemTotal: many kB\n", "MemTotal 7\n"])
    func unknown(meminfo: String) throws {
        try folder.write(Data(meminfo.utf8), "proc/meminfo")
        let memory = HostMemory(root: folder.path)
        #expect(memory.limitByteCount == nil && memory.heldByteCount == 0)
    }

    @Test("is what this process is told of")
    func current() throws {
        let limit = try #require(HostMemory().limitByteCount)
        let machine = Int(ProcessInfo.processInfo.physicalMemory)
        #expect(limit > 100 << 20 && limit < 1 << 50 && HostMemory().heldByteCount < machine)
        #expect(HostMemory().hasRoom(for: 1 << 20) && !HostMemory().hasRoom(for: limit + 1))
    }

    @Test("has room for what is not held yet")
    func room() {
        let memory = HostMemory(limitByteCount: 3 << 20, heldByteCount: 1 << 20)
        #expect(memory.hasRoom(for: 0) && memory.hasRoom(for: 2 << 20) && !memory.hasRoom(for: 2 << 20 + 1))
        #expect(HostMemory(limitByteCount: nil).hasRoom(for: 2 << 20 + 1))
        // No address space is so large.
        #expect(!HostMemory(limitByteCount: nil).hasRoom(for: 1 << 60))
    }
}
