import OpenCLBackend
import TestSupport
import Testing

@Suite("Finals of the tuner")
struct PairedTimesTests {
    private func times(_ ratios: [Double], calls: Int = 1, seconds: Double = 1) -> PairedTimes {
        // The machine is twice as slow in every other round.
        let rounds = ratios.enumerated().map { index, ratio in
            let slowness = seconds * Double(1 + index % 2)
            return (untuned: slowness, tuned: ratio * slowness)
        }
        return PairedTimes(callCount: calls, rounds: rounds)
    }

    @Test(
        "a candidate must be ahead by the margin in all rounds but one of five",
        arguments: [
            ([0.9, 0.9, 0.9], true), ([0.9, 0.9, 0.99], false), ([0.9, 0.9, 0.9, 0.9, 3], true),
            ([0.9, 0.9, 0.9, 1, 1], false), ([0.985, 0.985, 0.985], false), ([1, 1, 1, 1, 0.1], false),
            ([0.9, .nan, 0.9], false),
        ])
    func margin(ratios: [Double], pays: Bool) {
        #expect(PairedTimes.pays([times(ratios)], limit: 0.98) == pays)
    }

    @Test("the sum of all calls decides, and a launch that is slower by the margin is a veto")
    func sum() {
        let faster = times([0.9, 0.9, 0.9], calls: 10)
        let steady = times([1.01, 1.01, 1.01], calls: 10)
        let slower = times([1.1, 1.1, 1.1])
        #expect(PairedTimes.pays([faster, steady], limit: 0.98))
        #expect(!PairedTimes.pays([faster, times([1.01, 1.01, 1.01], calls: 100)], limit: 0.98))
        #expect(!PairedTimes.pays([faster, slower], limit: 0.98))
        // Only in one round of five, though.
        #expect(PairedTimes.pays([faster, times([1, 1, 1, 1, 1.5])], limit: 0.98))
    }

    @Test("noise does not win")
    func noise() {
        var generator = SeededGenerator(seed: 3)
        let wins = (0..<1000).count { _ in
            let ratios = (0..<5).map { _ in Double(generator.floats(1, in: 0.97...1.03)[0]) }
            return PairedTimes.pays([times(ratios)], limit: 0.98)
        }
        // A round is below the limit once in six times; four of five are in 0.3 %.
        #expect(wins < 20, "\(wins) of 1000")
    }

    @Test("times are those of the rounds in the middle")
    func medians() {
        let times = times([0.9, 0.5, 0.8, 0.9, 0.9])
        #expect(times.untunedSeconds == 1 && times.tunedSeconds == 0.9)
        let often = self.times([0.5, 0.5, 0.5], calls: 3, seconds: 2)
        #expect([times, often].mean(\.untunedSeconds) == 1.75)
        #expect(abs([times, often].mean(\.tunedSeconds) - 0.975) < 1e-12)
    }
}
