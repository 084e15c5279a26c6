import Foundation
import Synchronization

/// One line on standard error that shows how far a batch is and how long the rest will take.
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
    }

    func advance(by count: Int) {
        let doneCount = state.withLock { state in
            state.doneCount += count
            state.isVisible = true
            return state.doneCount
        }
        let width = 30
        let filled = width * doneCount / max(total, 1)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        write("\r\u{1B}[K[\(bar)] \(doneCount)/\(total)" + remaining(doneCount))
    }

    private func remaining(_ doneCount: Int) -> String {
        guard doneCount > 0 else { return "" }
        let elapsed = start.duration(to: .now) / .seconds(1)
        return ", \(Int((elapsed / Double(doneCount) * Double(total - doneCount)).rounded())) s left"
    }

    /// Takes the bar off the line so that something else can be printed.
    func clear() {
        let wasVisible = state.withLock { state in
            defer { state.isVisible = false }
            return state.isVisible
        }
        if wasVisible { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
