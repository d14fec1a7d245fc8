# syntax=docker/dockerfile:1
# The bot alone: no training libraries. Nothing is written but below /data.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/grove
COPY pyproject.toml README.md LICENSE ./
COPY core core
COPY storage storage
COPY locales locales
COPY cogs cogs
COPY bot bot
COPY training training
RUN /opt/grove/bin/pip install .

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Grove" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 grove \
 && useradd --uid 10001 --gid grove --no-create-home --home-dir /data grove \
 && install --directory --owner=grove --group=grove --mode=0700 /data
COPY --from=build /opt/grove /opt/grove
ENV PATH=/opt/grove/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp \
    GROVE_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
# Loopback inside the container: the port need not be published for this.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('GROVE_HEALTH_PORT', '8081') + '/livez', timeout=8)"]
ENTRYPOINT ["grove"]
CMD ["run"]
