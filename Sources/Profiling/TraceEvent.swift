/// A stretch of time in whole nanoseconds, so that neighbours meet and do not overlap by a rounding error.
struct Span: Hashable {
    let startNanoseconds: Int
    let endNanoseconds: Int

    /// Seconds from an origin that is rounded by itself: neighbours round alike wherever it lies.
    init(from origin: Double, start: Double, seconds: Double) {
        let origin = Int((origin * 1e9).rounded())
        startNanoseconds = origin + Int((start * 1e9).rounded())
        endNanoseconds = origin + Int(((start + seconds) * 1e9).rounded())
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
    enum Phase: String, Encodable {
        case complete = "X"
        case counter = "C"
        /// The name of a track.
        case metadata = "M"
        case flowStart = "s"
        case flowEnd = "f"
    }

    enum Value: Encodable {
        case text(String)
        case number(Double)
        case numbers([Int])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            case .numbers(let numbers): try container.encode(numbers)
            }
        }
    }

    private let name: String
    private let cat: String?
    private let ph: Phase
    private let pid: Int
    private let tid: Int?
    private let ts: Double?
    private let dur: Double?
    private let id: Int?
    /// `e` binds the end of a flow to the event around it.
    private let bp: String?
    private let args: [String: Value]?

    /// A counter has its value from the span's start on, and a flow starts or ends there.
    init(
        name: String, phase: Phase = .complete, category: String? = nil, process: Int, thread: Int? = nil,
        span: Span? = nil, flow: Int? = nil, arguments: [String: Value]? = nil
    ) {
        self.name = name
        cat = category
        ph = phase
        pid = process
        tid = thread
        ts = span.map { Double($0.startNanoseconds) / 1e3 }
        dur = phase == .complete ? span.map { Double($0.endNanoseconds - $0.startNanoseconds) / 1e3 } : nil
        id = flow
        bp = phase == .flowEnd ? "e" : nil
        args = arguments
    }
}
