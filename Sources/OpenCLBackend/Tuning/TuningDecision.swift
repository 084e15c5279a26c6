import TensorCore

/// What finals decide about the parts of a task. Parts that keep the panel without tuning are decided one by one; another
/// panel is for all of them or none, by the sum of their launches.
struct TuningDecision {
    private let task: TuningTask
    private let races: [RaceResult]
    private var winners: [Int: (cut: TunedCuts.Cut, times: [PairedTimes])] = [:]
    private var rejected: [Int: [(constants: [String: Int], reason: String)]] = [:]
    private var hadNoTime = false
    /// A cut that goes into the final in place of the first part's, for tests.
    var favourite: TunedCuts.Cut?

    /// - Parameters:
    ///   - task: what is decided.
    ///   - races: one for each part.
    init(_ task: TuningTask, _ races: [RaceResult]) {
        self.task = task
        self.races = races
    }

    /// Whether nothing has won yet.
    var isOpen: Bool { winners.isEmpty }

    /// The parts that are decided together if they take a panel.
    func units(_ panel: Int?) -> [[Int]] {
        panel == races[0].baseline.panel ? task.parts.indices.map { [$0] } : [Array(task.parts.indices)]
    }

    /// What a unit enters for the final with a panel, those first that take most of the time; nil when there is nothing
    /// better than the cut without tuning, or a part has no cut with the panel.
    func entries(_ unit: [Int], _ panel: Int?) -> [LaunchFinal.Entry]? {
        var entries: [LaunchFinal.Entry] = []
        for part in unit {
            let favourite = part == 0 && favourite?.panel == panel ? favourite : nil
            guard let cut = favourite ?? races[part].best(panel: panel), cut != races[part].baseline else { return nil }
            entries += task.parts[part].launches.map { launch in
                LaunchFinal.Entry(
                    part: part, launch: launch, cut: cut, expectedSeconds: launch.flopCount / races[part].rate)
            }
        }
        let work = { (entry: LaunchFinal.Entry) in entry.launch.flopCount * Double(entry.launch.step.callCount) }
        return entries.sorted { work($0) > work($1) }
    }

    /// Takes note of a final.
    mutating func note(_ outcome: LaunchFinal.Outcome, _ entries: [LaunchFinal.Entry]) {
        switch outcome {
        case .won(let times):
            for (entry, times) in zip(entries, times) {
                winners[entry.part, default: (entry.cut, [])].times.append(times)
            }
        case .lost: break
        case .rejected(let entry, let reason):
            rejected[entry.part, default: []].append((entry.cut.constants, reason))
        case .noTime: hadNoTime = true
        }
    }

    /// One for each part; none when there was no time to decide.
    func outcomes(precision: String, on device: OpenCLDevice) -> [KernelTuner.Outcome] {
        guard !winners.isEmpty || !hadNoTime else { return [] }
        return zip(task.parts, races).enumerated().map { index, member in
            let (part, race) = member
            let winner = winners[index]
            let form = (winner?.cut ?? race.baseline).form
            let record = TuningRecord(
                shape: part.shape, precision: precision, place: .init(device, part.shape, form),
                form: form.rawValue, constants: winner?.cut.constants ?? [:],
                seconds: winner?.times.mean(\.tunedSeconds) ?? race.baselineSeconds,
                untunedSeconds: winner?.times.mean(\.untunedSeconds) ?? race.baselineSeconds)
            return KernelTuner.Outcome(
                record: record, timedCount: race.timedCount, rejected: race.rejected + (rejected[index] ?? []))
        }
    }
}
