/// A short message that goes away by itself.
struct Toast {
    let flash: Flash

    init(_ flash: Flash) { self.flash = flash }

    var html: HTML {
        """
        <div class="toast" role="\(isUrgent ? "alert" : "status")" aria-atomic="true" aria-hidden="false" \
        data-category="\(flash.kind.rawValue)" data-duration="\(isUrgent ? 15_000 : 6000)">\
        <div class="toast-content">\(icon: icon)<section><h2>\(t: flash.sentence)</h2></section>\
        <footer><button type="button" class="btn" data-variant="ghost" data-size="icon-sm" data-toast-action \
        aria-label="\(t: "Close")">\(icon: "x")</button></footer></div></div>
        """
    }

    private var isUrgent: Bool { flash.kind == .error || flash.kind == .warning }

    private var icon: String {
        switch flash.kind {
        case .success: "circle-check"
        case .info: "info"
        case .warning: "triangle-alert"
        case .error: "circle-alert"
        }
    }
}
