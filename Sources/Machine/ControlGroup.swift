/// The control group of this process and the groups above it, by which containers and service managers restrict it (cgroups(7)).
package struct ControlGroup {
    private let root: String
    /// The process's groups: `ID:CONTROLLERS:PATH`.
    private let lines: [[Substring]]

    /// - Parameter root: the folder that holds `proc` and `sys`.
    package init(root: String = "") {
        self.root = root
        lines = (systemText(root + "/proc/self/cgroup") ?? "").split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }.filter { $0.count == 3 }
    }

    /// The folders of the process's group and of those above it in version 2, innermost first.
    package var folders: [String] {
        lines.first { $0[0] == "0" && $0[1].isEmpty }.map { folders(below: "/sys/fs/cgroup", $0[2]) } ?? []
    }

    /// Those of a controller of version 1.
    package func folders(of controller: String) -> [String] {
        lines.first { $0[1].split(separator: ",").contains(Substring(controller)) }
            .map { folders(below: "/sys/fs/cgroup/" + controller, $0[2]) } ?? []
    }

    /// In a container the path may be that of the host, where the container sees its own group at the top alone: not every
    /// folder need exist.
    private func folders(below top: String, _ path: Substring) -> [String] {
        let names = path.split(separator: "/").map(String.init)
        return (0...names.count).reversed().map { ([root + top] + names.prefix($0)).joined(separator: "/") }
    }
}
