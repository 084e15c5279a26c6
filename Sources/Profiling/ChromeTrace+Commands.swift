package import TensorCore

extension ChromeTrace {
    /// The event of a node: its operation, what it cost, and the launch that computed it where the device has launches.
    mutating func addKernel(
        _ plan: Plan, _ index: Int, _ cost: Cost, _ liveByteCount: Int, _ launch: DeviceCommand?, _ run: ProfiledRun,
        from origin: Double
    ) {
        let node = plan.nodes[index]
        let seconds = run.nodeSeconds[index]
        let span = Span(from: origin, start: run.nodeStarts[index], seconds: seconds)
        let flopPerSecond = Double(cost.flopCount) / seconds
        let bytesPerSecond = Double(cost.byteCount) / seconds
        var arguments: [String: TraceEvent.Value] = [
            "layer": .text(node.scope), "stage": .text(node.stage.rawValue),
            "input": .text("\(plan.shape(node.inputs[0]))"), "output": .text("\(plan.shape(node.output))"),
            "flop": .number(Double(cost.flopCount)), "bytes": .number(Double(cost.byteCount)),
            "gflops": .number(flopPerSecond / 1e9), "gbps": .number(bytesPerSecond / 1e9),
            "ai": .number(Double(cost.flopCount) / Double(max(cost.byteCount, 1))),
        ]
        if let size = node.op.productSize(node.inputs.map(plan.shape)) {
            for (name, count) in [("m", size.m), ("n", size.n), ("k", size.k)] {
                arguments[name] = .number(Double(count))
            }
        }
        if let launch { arguments.merge(launch.arguments(from: origin)) { $1 } }
        events.append(
            TraceEvent(
                name: node.op.name, category: "kernel", process: Track.device, thread: Track.kernels, span: span,
                arguments: arguments))
        addCounters(
            at: span, activationByteCount: liveByteCount, flopPerSecond: flopPerSecond,
            bytesPerSecond: bytesPerSecond)
    }

    /// The uploads of a run, and a flow for every command from the host's call to the device.
    mutating func addCommands(_ run: ProfiledRun, from origin: Double) {
        for command in run.commands where command.seconds > 0 {
            let span = Span(from: origin, start: command.start, seconds: command.seconds)
            if case .upload(let byteCount) = command.work {
                var arguments = command.arguments(from: origin)
                arguments["bytes"] = .number(Double(byteCount))
                arguments["gbps"] = .number(Double(byteCount) / command.seconds / 1e9)
                events.append(
                    TraceEvent(
                        name: "photograph", category: "upload", process: Track.device, thread: Track.uploads,
                        span: span, arguments: arguments))
            }
            flowCount += 1
            // Within the run on the host's track.
            let queued = min(max(origin + command.queued - run.start, 0), run.wallSeconds)
            events.append(
                TraceEvent(
                    name: "queued", phase: .flowStart, category: "queue", process: Track.host, thread: Track.runs,
                    span: Span(from: run.start, start: queued, seconds: 0), flow: flowCount))
            events.append(
                TraceEvent(
                    name: "queued", phase: .flowEnd, category: "queue", process: Track.device,
                    thread: command.isUpload ? Track.uploads : Track.kernels, span: span, flow: flowCount))
        }
    }
}

extension DeviceCommand {
    var isUpload: Bool { if case .upload = work { true } else { false } }

    /// What is told of it beside its event: the kernel and its work-items, which nodes may share, and when it was queued
    /// and handed to the device, in microseconds of the trace.
    fileprivate func arguments(from origin: Double) -> [String: TraceEvent.Value] {
        var arguments: [String: TraceEvent.Value] = [
            "queued_us": .number((origin + queued) * 1e6), "submit_us": .number((origin + submitted) * 1e6),
        ]
        if case .kernel(let kernel, let nodes) = work {
            arguments["kernel"] = .text(kernel.title)
            arguments["constants"] = .text(kernel.constants)
            (arguments["gws"], arguments["lws"]) = (.numbers(kernel.global), .numbers(kernel.local))
            if nodes.count > 1 { arguments["nodes"] = .number(Double(nodes.count)) }
        }
        return arguments
    }
}

extension KernelLaunch {
    /// The name and the form: `linear, product_tile`.
    package var title: String { form.isEmpty ? name : "\(name), \(form)" }
}

extension ProfiledRun {
    /// The launch that computed each node, the last of several; nil where there is none.
    package var launchOfNode: [DeviceCommand?] {
        var launches = [DeviceCommand?](repeating: nil, count: nodeSeconds.count)
        for command in commands {
            guard case .kernel(_, let nodes) = command.work else { continue }
            for node in nodes { launches[node] = command }
        }
        return launches
    }
}
