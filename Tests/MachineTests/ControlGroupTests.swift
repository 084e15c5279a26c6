import Foundation
import Machine
import TestSupport
import Testing

@Suite("Control groups")
struct ControlGroupTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func group(
        _ lines: String, _ files: [String: String] = [:]
    ) throws -> (group: ControlGroup, root: String) {
        try folder.write(Data(lines.utf8), "proc/self/cgroup")
        for (name, text) in files { try folder.write(Data(text.utf8), "sys/fs/cgroup/" + name) }
        return (ControlGroup(root: folder.path), folder.path + "/sys/fs/cgroup")
    }

    @Test("lie below one another, innermost first")
    func unified() throws {
        let (group, top) = try group("0::/a/b c\n")
        #expect(group.folders == [top + "/a/b c", top + "/a", top])
        #expect(group.folders(of: "memory").isEmpty)
    }

    @Test("of version 1 have a tree for each controller")
    func legacy() throws {
        let (group, top) = try group("12:cpu,cpuacct:/x:y\n3:memory:/\n1:name=systemd:/z\n")
        #expect(group.folders.isEmpty)
        #expect(group.folders(of: "cpu") == [top + "/cpu/x:y", top + "/cpu"])
        #expect(group.folders(of: "memory") == [top + "/memory"])
    }

    @Test("are none where the system tells nothing", arguments: ["", "\n", "0:\n", "nonsense"])
    func none(lines: String) throws {
        let (group, _) = try group(lines)
        #expect(group.folders.isEmpty && group.folders(of: "cpu").isEmpty)
    }

    private static let quotas: [([String: String], Int?)] = [
        (["a/cpu.max": "max 100000\n"], nil), (["a/cpu.max": "150000 100000\n"], 2),
        (["a/cpu.max": "400000 100000\n", "cpu.max": "100000 100000\n"], 1), (["b/cpu.max": "1 1\n"], nil),
        (["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"], nil),
        (["cpu/cpu.cfs_quota_us": "250000\n", "cpu/cpu.cfs_period_us": "100000\n"], 3),
        (["a/cpu.max": "150000 100000\n", "cpu/cpu.cfs_quota_us": "9\n", "cpu/cpu.cfs_period_us": "10\n"], 1),
        (["a/cpu.max": "9\n"], nil), (["a/cpu.max": "9 0\n"], nil), (["cpu/cpu.cfs_quota_us": "9\n"], nil),
    ]

    @Test("leave as many processors as the least quota is worth", arguments: quotas)
    func quota(files: [String: String], count: Int?) throws {
        let (group, _) = try group("2:cpu,cpuacct:/\n0::/a\n", files)
        #expect(group.processorQuota == count)
    }
}
