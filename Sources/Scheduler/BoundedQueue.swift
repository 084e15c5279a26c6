import Dispatch
import Synchronization

/// A first-in, first-out queue between threads that holds at most `capacity` elements: whoever is too fast waits.
package final class BoundedQueue<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    private let freeSlots: DispatchSemaphore
    private let filledSlots = DispatchSemaphore(value: 0)

    package init(capacity: Int) {
        precondition(capacity > 0, "a queue without room")
        freeSlots = DispatchSemaphore(value: 0)
        // Signalled up to its capacity rather than created with it: libdispatch traps when a semaphore is released
        // below its initial value, which an abandoned pipeline may do.
        for _ in 0..<capacity { freeSlots.signal() }
    }

    /// Appends an element, waiting for room.
    package func push(_ element: Element) {
        freeSlots.wait()
        elements.withLock { $0.append(element) }
        filledSlots.signal()
    }

    /// Takes the oldest element, waiting for one.
    package func pop() -> Element {
        filledSlots.wait()
        let element = elements.withLock { $0.removeFirst() }
        freeSlots.signal()
        return element
    }
}
