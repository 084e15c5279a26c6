import Fathom

let estimator = try DepthEstimator(model: CommandLine.arguments[1])
let photograph = try Photograph(contentsOf: CommandLine.arguments[2])
let depth = try estimator.estimate(photograph)

let centre = depth[row: depth.height / 2, column: depth.width / 2]
print("\(depth.width) x \(depth.height), \(centre) m in the middle, focal length from the \(depth.focalLengthSource)")
try depth.write(to: "depth.npz", as: .npz)
