import Foundation
import Synchronization

/// One line on standard error that shows how far a batch is and how long the rest will take; before the first is done,
/// how long it has taken.
final class ProgressBar: Sendable {
    private struct State {
        var doneCount = 0
        var isVisible = false
    }

    private let total: Int
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// Draws the empty bar: the first photograph may take minutes.
    init(total: Int) {
        self.total = total
        advance(by: 0)
        Task.detached { [weak self] in
            while (try? await Task.sleep(for: .seconds(1))) != nil, let bar = self { bar.tick() }
        }
    }

    func advance(by count: Int) {
        state.withLock { state in
            state.doneCount += count
            state.isVisible = true
            draw(state.doneCount)
        }
    }

    /// Shows that time goes by, where the bar has not been taken away.
    private func tick() {
        state.withLock { if $0.isVisible { draw($0.doneCount) } }
    }

    private func draw(_ doneCount: Int) {
        let width = 30
        let filled = width * doneCount / max(total, 1)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        writeError("\r\u{1B}[K[\(bar)] \(doneCount)/\(total)" + remaining(doneCount), terminator: "")
    }

    private func remaining(_ doneCount: Int) -> String {
        let elapsed = start.duration(to: .now) / .seconds(1)
        guard doneCount > 0 else { return ", \(Int(elapsed)) s" }
        return ", \(Int((elapsed / Double(doneCount) * Double(total - doneCount)).rounded())) s left"
    }

    /// Takes the bar off the line so that something else can be printed.
    func clear() {
        state.withLock { state in
            if state.isVisible { writeError("\r\u{1B}[K", terminator: "") }
            state.isVisible = false
        }
    }
}
