# The lab image's base if a registry is in reach; bootstrap.sh builds the same base without one.
FROM debian:trixie-slim
COPY nodoc.cfg /etc/dpkg/dpkg.cfg.d/hooktrail-nodoc
COPY packages.txt /tmp/packages.txt
RUN apt-get update \
    && sed 's/#.*//' /tmp/packages.txt | DEBIAN_FRONTEND=noninteractive xargs apt-get install -y --no-install-recommends \
    && rm -rf /tmp/packages.txt /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log
