# Martlet in a container (x86-64). scripts/package-test does what stands here without an engine; docs/operations.md says how far.
FROM swift:6.3-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git pkg-config python3 python3-venv \
    libgumbo-dev libidn2-dev libpq-dev libsodium-dev libsqlite3-dev libssl-dev libunbound-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN scripts/assets && swift build -c release --product martlet --static-swift-stdlib && \
    install -D -s .build/release/martlet /out/bin/martlet && \
    mkdir -p /out/share/martlet && cp -r .assets/static /out/share/martlet/static

FROM debian:bookworm-slim
# postgresql-client: pg_dump and pg_restore, for backups of a PostgreSQL database; Debian 12's are for servers up to 15.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tzdata libgumbo1 libidn2-0 libpq5 \
    libsodium23 libsqlite3-0 libssl3 libstdc++6 libunbound8 postgresql-client && rm -rf /var/lib/apt/lists/* && \
    groupadd --gid 10001 martlet && useradd --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin martlet && \
    install -d -o martlet -g martlet -m 0700 /data
COPY --from=build /out /usr/local
# By number, so that an engine sees that it is not root.
USER 10001:10001
ENV MARTLET_DATA=/data MARTLET_HOST=0.0.0.0 MARTLET_PORT=8000
VOLUME /data
EXPOSE 8000
# As long as it may take to end what is under way.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/$MARTLET_PORT; printf 'GET /health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; grep -q ' 200 ' <&3"]
# `serve` migrates the database, and makes the administrator of MARTLET_ADMIN_USER, _EMAIL and _PASSWORD.
ENTRYPOINT ["martlet"]
CMD ["serve"]
