# syntax=docker/dockerfile:1
# The server by itself: docker build -t midair . && docker run -p 127.0.0.1:4120:4120 -v midair:/data midair
# Whoever reaches its port can read and change every record, so publish it where only those are who may.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin midair \
    && install -D target/release/midair /out/midair

FROM debian:bookworm-slim
RUN useradd --system --uid 4120 --user-group --home-dir /data --create-home midair
COPY --from=build /out/midair /usr/local/bin/midair
USER 4120:4120
WORKDIR /data
VOLUME ["/data"]
EXPOSE 4120
ENV MIDAIR_LISTEN=0.0.0.0:4120 MIDAIR_DB=/data/midair.db
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["midair", "ls", "--server", "http://127.0.0.1:4120"]
ENTRYPOINT ["midair"]
CMD ["serve", "--no-seed"]
