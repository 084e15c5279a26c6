@main struct FathomCommand { static func main() {} }
