"""Files on an S3: kept copies and pictures, through the storage that several machines share."""

import boto3
import pytest
from django.core.files.storage import storages
from moto import mock_aws

from masthead.config.services import file_storages
from masthead.newsroom.pictures import renditions
from masthead.newsroom.sources import storage
from tests.make import make_picture

ADDRESS = "s3://key:secret@s3.us-east-1.amazonaws.com/papers/ours"


@pytest.fixture
def bucket(settings, monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
        client.create_bucket(Bucket="papers")
        settings.STORAGES = settings.STORAGES | file_storages(ADDRESS)
        yield client
        storages._storages = {}


def names(client):
    return sorted(entry["Key"] for entry in client.list_objects_v2(Bucket="papers").get("Contents", []))


def test_a_copy_is_kept_whole_replaced_and_read_back(bucket):
    kept = storage.keep("ab/copy.warc.gz", lambda out: out.write(b"first"))
    assert (kept.size, kept.sha256) == (5, storage.digest("ab/copy.warc.gz"))
    storage.keep("ab/copy.warc.gz", lambda out: out.write(b"second"))
    assert names(bucket) == ["ours/captures/ab/copy.warc.gz"]
    with storage.opened("ab/copy.warc.gz") as file:
        assert file.read() == b"second"


def test_a_copy_that_is_missing_or_outside_is_not_there(bucket):
    bucket.put_object(Bucket="papers", Key="ours/secret", Body=b"no")
    for path in ("ab/none.warc.gz", "../secret"):
        with pytest.raises(FileNotFoundError):
            storage.opened(path)


def test_a_copy_whose_writing_fails_leaves_nothing(bucket):
    def fail(_out):
        raise OSError("disk is full")

    with pytest.raises(OSError, match="full"):
        storage.keep("ab/copy.warc.gz", fail)
    assert names(bucket) == []


@pytest.mark.django_db
def test_a_picture_lies_in_the_bucket_with_what_is_made_of_it(bucket, client):
    picture = make_picture()
    made = renditions.rendition(picture=picture, key=renditions.shapes.version(picture), width=renditions.shapes.shape(picture).widths[0], extension="webp")
    with made.file.open("rb") as file:
        assert file.read(4) == b"RIFF"
    assert all(name.startswith("ours/media/") for name in names(bucket))
    assert len(names(bucket)) == 2
