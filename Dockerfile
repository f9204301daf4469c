# Builds Kindred and puts the one binary into a small image that runs as an ordinary user.
# Build: docker build -t kindred .      Run: see docker-compose.yml and docs/operate.md.

FROM rust:1.95-slim-trixie AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends gcc libc6-dev libssl-dev make perl pkg-config \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/build/target \
  cargo build --locked --profile dist -p kindred && install target/dist/kindred /kindred

FROM debian:trixie-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libssl3t64 \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin kindred \
  && install -d -o kindred -g kindred -m 0700 /data
COPY --from=build /kindred /usr/local/bin/kindred
COPY LICENSE /usr/share/doc/kindred/LICENSE
COPY --chmod=755 deploy/healthy /usr/local/bin/healthy

USER kindred
WORKDIR /data
VOLUME /data
ENV KINDRED_LISTEN=0.0.0.0:8080 \
  KINDRED_DATABASE_URL=sqlite:///data/kindred.db \
  KINDRED_DATA_DIR=/data/files
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["healthy"]
ENTRYPOINT ["kindred"]
CMD ["serve"]
