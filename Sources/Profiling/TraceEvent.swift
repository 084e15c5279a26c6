/// A stretch of time in whole nanoseconds, so that neighbours meet and do not overlap by a rounding error.
struct Span: Hashable {
    let startNanoseconds: Int
    let endNanoseconds: Int

    init(start: Double, seconds: Double) {
        startNanoseconds = Int((start * 1e9).rounded())
        endNanoseconds = Int(((start + seconds) * 1e9).rounded())
    }

    private init(startNanoseconds: Int, endNanoseconds: Int) {
        self.startNanoseconds = startNanoseconds
        self.endNanoseconds = endNanoseconds
    }

    /// From this span's start to the end of a later one.
    func extended(to later: Span) -> Span {
        Span(startNanoseconds: startNanoseconds, endNanoseconds: later.endNanoseconds)
    }
}

/// An event of a Chrome trace.
struct TraceEvent: Encodable {
    enum Value: Encodable {
        case text(String)
        case number(Double)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }

    private let name: String
    private let cat: String?
    private let ph: String
    private let pid: Int
    private let tid: Int?
    private let ts: Double?
    private let dur: Double?
    private let args: [String: Value]?

    /// The phase is `X` for an event with a duration, `C` for a counter, which has its value from the span's start on,
    /// and `M` for the name of a track.
    init(
        name: String, phase: String = "X", category: String? = nil, process: Int, thread: Int? = nil,
        span: Span? = nil, arguments: [String: Value]? = nil
    ) {
        self.name = name
        cat = category
        ph = phase
        pid = process
        tid = thread
        ts = span.map { Double($0.startNanoseconds) / 1e3 }
        dur = phase == "X" ? span.map { Double($0.endNanoseconds - $0.startNanoseconds) / 1e3 } : nil
        args = arguments
    }
}
