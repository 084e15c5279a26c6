/// What a user wants otherwise than the back end would choose.
package struct PathOverrides: Sendable, Hashable {
    /// The form to try before those that suit the device.
    package var firstForm: KernelForm?
    /// A path whose kernels are built with a mistake, to see that it is found and the path given up.
    package var brokenPath: KernelPath?

    package static let none = PathOverrides()

    package init(firstForm: KernelForm? = nil, brokenPath: KernelPath? = nil) {
        self.firstForm = firstForm
        self.brokenPath = brokenPath
    }

    /// What `FATHOM_OPENCL_FORM` and `FATHOM_OPENCL_DEFECT` say.
    ///
    /// - Throws: ``UnknownName`` for a name that there is not.
    package init(environment: [String: String]) throws(UnknownName) {
        if let name = environment["FATHOM_OPENCL_FORM"], !name.isEmpty {
            guard let form = KernelForm(rawValue: name) else {
                throw UnknownName(
                    variable: "FATHOM_OPENCL_FORM", value: name, choices: KernelForm.allCases.map(\.rawValue))
            }
            firstForm = form
        }
        if let name = environment["FATHOM_OPENCL_DEFECT"], !name.isEmpty {
            guard let path = KernelPath(description: name) else {
                throw UnknownName(
                    variable: "FATHOM_OPENCL_DEFECT", value: name,
                    choices: ["FAMILY PRECISION FORM as fathom devices lists them, for example product f32 tile"])
            }
            brokenPath = path
        }
    }

    /// A variable that names nothing.
    package struct UnknownName: Error, CustomStringConvertible {
        let variable: String
        let value: String
        let choices: [String]

        package var description: String { "\(variable) is '\(value)'; choose \(choices.joined(separator: ", "))" }
    }
}
