import Foundation

/// A picture as SVG text, drawn from back to front.
struct SVG {
    enum Anchor: String { case start, middle, end }

    private let width: Int
    private let height: Int
    private let title: String
    private var elements: [String] = []

    init(width: Int, height: Int, title: String) {
        self.width = width
        self.height = height
        self.title = title
    }

    var text: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
        font-family="Inter, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif">
        <title>\(escaped(title))</title>
        <rect width="\(width)" height="\(height)" fill="#ffffff"/>
        \(elements.joined(separator: "\n"))
        </svg>

        """
    }

    mutating func line(_ from: Point, _ to: Point, stroke: String, width: Double = 1, dashes: String? = nil) {
        let dashes = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
        elements.append(
            "<line x1=\"\(number(from.x))\" y1=\"\(number(from.y))\" x2=\"\(number(to.x))\" y2=\"\(number(to.y))\""
                + " stroke=\"\(stroke)\" stroke-width=\"\(number(width))\" stroke-linecap=\"round\"\(dashes)/>")
    }

    mutating func polygon(_ points: [Point], fill: String) {
        let list = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
        elements.append("<polygon points=\"\(list)\" fill=\"\(fill)\"/>")
    }

    mutating func rectangle(_ box: Box, fill: String, stroke: String) {
        elements.append(
            "<rect x=\"\(number(box.left))\" y=\"\(number(box.top))\" width=\"\(number(box.right - box.left))\""
                + " height=\"\(number(box.bottom - box.top))\" fill=\"\(fill)\" stroke=\"\(stroke)\"/>")
    }

    /// A disc with a white rim; `tip` shows when a pointer rests on it.
    mutating func disc(_ center: Point, radius: Double, fill: String, tip: String) {
        elements.append(
            "<circle cx=\"\(number(center.x))\" cy=\"\(number(center.y))\" r=\"\(number(radius))\" fill=\"\(fill)\""
                + " fill-opacity=\"0.9\" stroke=\"#ffffff\" stroke-width=\"1.5\"><title>\(escaped(tip))</title></circle>"
        )
    }

    /// Text on a baseline; `angle` turns it clockwise about its anchor, in degrees. A halo keeps it legible over lines.
    mutating func label(
        _ text: String, at point: Point, size: Double = 12, anchor: Anchor = .start, fill: String = "#1f2933",
        isBold: Bool = false, hasHalo: Bool = false, angle: Double = 0
    ) {
        let weight = isBold ? " font-weight=\"600\"" : ""
        let turn = angle == 0 ? "" : " transform=\"rotate(\(number(angle)) \(number(point.x)) \(number(point.y)))\""
        let position = "x=\"\(number(point.x))\" y=\"\(number(point.y))\" font-size=\"\(number(size))\""
        let style = " text-anchor=\"\(anchor.rawValue)\"\(weight)\(turn)"
        if hasHalo {
            // Drawn twice: not every renderer knows paint-order.
            elements.append(
                "<text \(position)\(style) fill=\"none\" stroke=\"#ffffff\" stroke-width=\"4\" stroke-linejoin=\"round\""
                    + " aria-hidden=\"true\">\(escaped(text))</text>")
        }
        elements.append("<text \(position)\(style) fill=\"\(fill)\">\(escaped(text))</text>")
    }
}

/// A place in a picture, in pixels from its upper left corner.
struct Point: Hashable {
    let x: Double
    let y: Double
}

struct Box: Hashable {
    let left: Double
    let top: Double
    let right: Double
    let bottom: Double

    func overlaps(_ other: Box) -> Bool {
        left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }

    func contains(_ other: Box) -> Bool {
        left <= other.left && other.right <= right && top <= other.top && other.bottom <= bottom
    }
}

/// Coordinates need no more than a hundredth of a pixel.
private func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
}

private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
}
