# Build: the toolchain's version is that of rust-version in Cargo.toml or newer.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin vacantia

# Run: one binary, an unprivileged user, a folder for what is kept.
FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/vacantia vacantia \
    && install -d -o vacantia -g vacantia /var/lib/vacantia
COPY --from=build /src/target/release/vacantia /usr/local/bin/vacantia
USER vacantia
WORKDIR /var/lib/vacantia
# The allocator gives back at once what building feeds took.
ENV VACANTIA_LISTEN=0.0.0.0:8080 \
    VACANTIA_DATA_DIR=/var/lib/vacantia \
    MALLOC_MMAP_THRESHOLD_=131072
VOLUME /var/lib/vacantia
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["vacantia"]
CMD ["serve"]
