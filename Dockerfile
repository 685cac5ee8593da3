# Container image of Greenroom: not root, the same hash-pinned packages as everywhere else.
FROM python:3.11-slim

# If you change PORT, publish that port instead of 3000.
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATABASE_URL=sqlite:////data/greenroom.db

RUN useradd --create-home --uid 10001 greenroom && mkdir /data && chown greenroom /data
WORKDIR /app
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY bot bot
COPY handlers handlers
COPY manifest.yml manifest.yml

USER greenroom
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=2)"]
CMD ["python", "-m", "bot", "run"]
