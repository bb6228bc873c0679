# syntax=docker/dockerfile:1
# ipqa with its models and its page: docker build -t ipqa:0.1.0 .  (docs/operations.md, Containers)

FROM python:3.11-slim-bookworm AS build
ARG EXTRAS="postgres telemetry"
ENV PIP_CONSTRAINT=/src/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY pyproject.toml constraints.txt ./
COPY deploy/requirements.py deploy/
RUN python -m venv --without-pip /opt/ipqa \
 && python deploy/requirements.py ${EXTRAS} >requirements.txt \
 && pip --python /opt/ipqa/bin/python install --only-binary :all: --requirement requirements.txt
COPY README.md LICENSE ./
COPY src src
COPY web web
# without its requirements, as PyTorch is left out of them (deploy/requirements.py)
RUN pip wheel --no-deps --wheel-dir /wheels . \
 && pip --python /opt/ipqa/bin/python install --no-deps /wheels/*.whl

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="ipqa" \
      org.opencontainers.image.description="Cited answers to Japanese questions about Japanese reports" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
# By number, so that Kubernetes can tell that it is not root. All that is written lies in /data and /tmp.
RUN install -d -o 10001 -g 10001 -m 0750 /data && install -d /reports
COPY --from=build /opt/ipqa /opt/ipqa
ENV PATH=/opt/ipqa/bin:$PATH \
    HOME=/tmp \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    IPQA_HOST=0.0.0.0 \
    IPQA_PORT=8000 \
    IPQA_CORPUS=/reports \
    IPQA_INDEX=/data/index \
    IPQA_RUNS=/data/runs \
    IPQA_LOG_FORMAT=json
WORKDIR /tmp
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['IPQA_PORT']}/livez\", timeout=4)"]
ENTRYPOINT ["ipqa"]
CMD ["serve"]
