import Foundation

private func formatted(_ value: Double, decimals: Int) -> String {
    String(format: "%.\(decimals)f", locale: Locale(identifier: "en_US_POSIX"), value)
}

/// Two or three digits that matter, without zeros at the end: `0.25`, `1.5`, `74`, `1200`.
func short(_ value: Double) -> String {
    let text = formatted(value, decimals: value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4)
    guard text.contains(".") else { return text }
    let kept = text.reversed().drop { $0 == "0" }
    return String((kept.first == "." ? kept.dropFirst() : kept).reversed())
}

/// `12.3 %`
func percent(_ share: Double) -> String { formatted(100 * share, decimals: 1) + " %" }

/// The end of a text that is too long: modules are told apart by their last words.
func shortened(_ text: String, to limit: Int) -> String {
    text.count <= limit ? text : "…" + text.suffix(limit - 1)
}

/// Items joined with commas, in lines of about `limit` characters.
func lines(_ items: [String], limit: Int) -> [String] {
    items.reduce(into: [String]()) { lines, item in
        if let last = lines.last, last.count + item.count + 2 <= limit {
            lines[lines.count - 1] = last + ", " + item
        } else {
            lines.append(item)
        }
    }
}

/// The angle of a slope against the horizontal, clockwise where y grows downwards.
func degrees(dx: Double, dy: Double) -> Double { atan2(dy, dx) * 180 / .pi }
