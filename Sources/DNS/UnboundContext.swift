internal import CUnbound
internal import Foundation
internal import Synchronization

/// libunbound at work: it asks on a thread of its own, and a second one of ours takes what it found. It keeps answers as
/// long as their time to live says, and failures for a few seconds.
///
/// Must be told to ``end()``: until then the thread holds it.
final class UnboundContext: Sendable {
    private struct Life {
        var isEnded = false
        /// Each of them is retained once more for the callback.
        var pending: [ObjectIdentifier: Unmanaged<PendingLookup>] = [:]
    }

    /// libunbound locks it; freed by our thread once `isEnded` is set.
    nonisolated(unsafe) private let context: OpaquePointer
    private let life = Mutex(Life())
    /// A pipe: closing its writing end wakes our thread.
    private let waker: (reading: Int32, writing: Int32)

    /// - Parameter validates: whether the anchors of the settings count.
    init(_ settings: ResolverSettings, validates: Bool) throws(LookupProblem) {
        guard let context = ub_ctx_create() else { throw .unavailable }
        var ends: [Int32] = [0, 0]
        guard Self.configure(context, settings, validates: validates), pipe(&ends) == 0
        else {
            ub_ctx_delete(context)
            throw .unavailable
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        self.context = context
        waker = (ends[0], ends[1])
        Thread.detachNewThread { [self] in run() }
    }

    private static func configure(_ context: OpaquePointer, _ settings: ResolverSettings, validates: Bool) -> Bool {
        let options = [
            // A recursive server on this machine may be asked, and may know names of private networks.
            ("do-not-query-localhost:", "no"), ("unblock-lan-zones:", "yes"), ("insecure-lan-zones:", "yes"),
            // Whoever has just entered a record wants to see it.
            ("cache-max-negative-ttl:", "30"), ("cache-max-ttl:", "3600"), ("infra-host-ttl:", "30"),
        ]
        for (name, value) in options where ub_ctx_set_option(context, name, value) != 0 { return false }
        if settings.servers.isEmpty {
            // Without the file it asks the root servers itself.
            _ = ub_ctx_resolvconf(context, nil)
        }
        for server in settings.servers where ub_ctx_set_fwd(context, server) != 0 { return false }
        if validates {
            for anchor in settings.anchors where ub_ctx_add_ta(context, anchor) != 0 { return false }
        }
        return ub_ctx_async(context, 1) == 0
    }

    /// - Parameter limit: how long to wait at most.
    func lookUp(_ name: String, _ type: RecordType, within limit: Duration) async throws(LookupProblem) -> Answer {
        let lookup = PendingLookup(in: self)
        let number = try begin(lookup, name, type)
        let timer = Task {
            try await Task.sleep(for: limit)
            cancel(lookup, number, because: .timedOut)
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await lookup.result()
        } onCancel: {
            cancel(lookup, number, because: .timedOut)
        }
        return try result.get()
    }

    /// Lets nobody wait any longer, and frees everything.
    func end() {
        let isFirst = life.withLock { life in
            defer { life.isEnded = true }
            return !life.isEnded
        }
        if isFirst { close(waker.writing) }
    }

    private func begin(_ lookup: PendingLookup, _ name: String, _ type: RecordType) throws(LookupProblem) -> Int32 {
        let number = life.withLock { life -> Int32? in
            guard !life.isEnded else { return nil }
            // Given back by the callback, or by whoever sees to it that there is none.
            let data = Unmanaged.passRetained(lookup)
            var number: Int32 = 0
            guard ub_resolve_async(context, name, type.rawValue, 1, data.toOpaque(), Self.answered, &number) == 0
            else {
                data.release()
                return nil
            }
            life.pending[ObjectIdentifier(lookup)] = data
            return number
        }
        guard let number else { throw .unavailable }
        return number
    }

    private func cancel(_ lookup: PendingLookup, _ number: Int32, because problem: LookupProblem) {
        let data = life.withLock { life -> Unmanaged<PendingLookup>? in
            guard !life.isEnded, life.pending[ObjectIdentifier(lookup)] != nil, ub_cancel(context, number) == 0 else {
                return nil
            }
            return life.pending.removeValue(forKey: ObjectIdentifier(lookup))
        }
        lookup.end(.failure(problem))
        data?.release()
    }

    /// Called on our thread by `ub_process`.
    private static let answered: ub_callback_type = { data, code, result in
        defer { ub_resolve_free(result) }
        guard let data else { return }
        let lookup = Unmanaged<PendingLookup>.fromOpaque(data).takeRetainedValue()
        _ = lookup.context.life.withLock { $0.pending.removeValue(forKey: ObjectIdentifier(lookup)) }
        lookup.end(read(code, result))
    }

    private static func read(
        _ code: Int32, _ result: UnsafeMutablePointer<ub_result>?
    ) -> Result<Answer, LookupProblem> {
        guard code == 0, let result = result?.pointee else { return .failure(.serverFailure) }
        if result.bogus != 0 { return .failure(.bogus) }
        // NOERROR and NXDOMAIN (RFC 1035 §4.1.1) are answers.
        guard result.rcode == 0 || result.rcode == 3 else { return .failure(.serverFailure) }
        var records: [[UInt8]] = []
        var index = 0
        while let data = result.data?[index], let length = result.len?[index] {
            records.append(Array(UnsafeRawBufferPointer(start: data, count: Int(length))))
            index += 1
        }
        return .success(
            Answer(
                records: records, nameExists: result.nxdomain == 0,
                security: result.secure != 0 ? .secure : .insecure, timeToLive: Int(result.ttl),
                canonicalName: canonicalName(result.canonname)))
    }

    private static func canonicalName(_ name: UnsafeMutablePointer<CChar>?) -> String {
        guard let name else { return "" }
        let text = String(cString: name).lowercased()
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    private func run() {
        var ready = [
            pollfd(fd: ub_fd(context), events: Int16(POLLIN), revents: 0),
            pollfd(fd: waker.reading, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            guard poll(&ready, 2, -1) >= 0 || errno == EINTR else { break }
            if life.withLock({ $0.isEnded }) { break }
            if ready[0].revents != 0, ub_process(context) != 0 { break }
        }
        let rest = life.withLock { life -> [PendingLookup] in
            life.isEnded = true
            defer { life.pending = [:] }
            return life.pending.values.map { $0.takeRetainedValue() }
        }
        // Nobody begins or cancels anything from here on, and no callback will come.
        ub_ctx_delete(context)
        close(waker.reading)
        for lookup in rest { lookup.end(.failure(.unavailable)) }
    }
}
