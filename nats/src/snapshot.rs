//! Snapshots of a sequencer's state. Missing or damaged means a full replay, never a guess.
//!
//! An object in a bucket of the app's own: zstd of one line of JSON (the meta) and the state. The
//! object's name moves to a new upload when that is complete, so a cut upload changes nothing but
//! leaves pieces behind; the next complete one sweeps them away.

use std::io::{self, Cursor, Read};

use async_nats::jetstream::object_store::{
    Config, GetErrorKind, Object, ObjectInfo, ObjectMetadata, ObjectStore,
};
use async_nats::jetstream::stream::StorageType;
use futures_util::TryStreamExt;
use tokio::io::AsyncReadExt;

use domain::ids::{AppId, LogSeq};
use serde::{Deserialize, Serialize};

use crate::client::Nats;
use crate::server_error::is_stream_not_found;
use crate::{Cause, subject};

/// Fast; what it leaves is small enough.
const ZSTD_LEVEL: i32 = 1;
/// One message of an object; below the server's default limit of 1 MiB.
const CHUNK_BYTES: usize = 256 << 10;

/// What a snapshot is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotMeta {
    /// The version of the state's shape.
    pub schema: u32,
    /// The last commit that is in it.
    pub log_seq: LogSeq,
}

/// Why a snapshot was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It is there and is not what was written.
    #[error("the snapshot of app `{app}` is damaged")]
    Damaged {
        /// Whose.
        app: AppId,
        /// How it shows.
        #[source]
        source: Cause,
    },
    /// Above the limit, on the way in or out.
    #[error("the snapshot of app `{app}` is larger than {bytes_max} bytes")]
    TooLarge {
        /// Whose.
        app: AppId,
        /// The limit.
        bytes_max: usize,
    },
    /// No answer, or a refusal. When writing, the former snapshot is still there.
    #[error("cannot reach the snapshot of app `{app}`")]
    Unavailable {
        /// Whose.
        app: AppId,
        /// Why.
        #[source]
        source: Cause,
    },
}

impl Nats {
    /// Writes an app's snapshot; the former one stays until the new one is complete.
    pub async fn save_snapshot(
        &self,
        app: &AppId,
        meta: SnapshotMeta,
        json: Vec<u8>,
    ) -> Result<(), SnapshotError> {
        let bytes_max = self.config.snapshot_bytes_max;
        if bytes_max < json.len() {
            return Err(SnapshotError::TooLarge { app: app.clone(), bytes_max });
        }
        let unavailable = |source| SnapshotError::Unavailable { app: app.clone(), source };
        let packed = tokio::task::spawn_blocking(move || pack(meta, &json)).await;
        let packed = packed.map_err(|error| unavailable(error.into()))?;
        let packed = packed.map_err(|error| unavailable(error.into()))?;
        self.in_time(Box::pin(self.upload(app, packed))).await.map_err(unavailable)
    }

    /// The newest complete snapshot; `None` when there is none.
    pub async fn load_snapshot(
        &self,
        app: &AppId,
    ) -> Result<Option<(SnapshotMeta, Vec<u8>)>, SnapshotError> {
        let unavailable = |source| SnapshotError::Unavailable { app: app.clone(), source };
        let bytes_max = self.config.snapshot_bytes_max;
        let downloaded = self.in_time(Box::pin(self.download(app))).await.map_err(unavailable)?;
        let packed = match downloaded {
            Download::Complete(packed) => packed,
            Download::Missing => return Ok(None),
            Download::Damaged(source) => {
                return Err(SnapshotError::Damaged { app: app.clone(), source });
            }
            Download::TooLarge => {
                return Err(SnapshotError::TooLarge { app: app.clone(), bytes_max });
            }
        };
        let unpacked = tokio::task::spawn_blocking(move || unpack(&packed, bytes_max)).await;
        match unpacked.map_err(|error| unavailable(error.into()))? {
            Ok(Some(snapshot)) => Ok(Some(snapshot)),
            Ok(None) => Err(SnapshotError::TooLarge { app: app.clone(), bytes_max }),
            Err(source) => Err(SnapshotError::Damaged { app: app.clone(), source: source.into() }),
        }
    }

    /// Deletes an app's snapshots for good. None being there is a success.
    pub async fn delete_snapshots(&self, app: &AppId) -> Result<(), SnapshotError> {
        match self.context.delete_stream(subject::snapshot_stream(app)).await {
            Ok(_) => Ok(()),
            Err(error) if is_stream_not_found(&error) => Ok(()),
            Err(error) => {
                Err(SnapshotError::Unavailable { app: app.clone(), source: error.into() })
            }
        }
    }

    async fn upload(&self, app: &AppId, packed: Vec<u8>) -> Result<(), Cause> {
        let store = match self.snapshot_store(app).await? {
            Some(store) => store,
            None => {
                self.context
                    .create_object_store(Config {
                        bucket: subject::snapshot_bucket(app),
                        storage: StorageType::File,
                        num_replicas: self.config.replicas,
                        max_bytes: -1,
                        ..Config::default()
                    })
                    .await?
            }
        };
        let name = ObjectMetadata {
            name: subject::SNAPSHOT_OBJECT.to_owned(),
            chunk_size: Some(CHUNK_BYTES),
            ..ObjectMetadata::default()
        };
        let info = store.put(name, &mut Cursor::new(packed)).await?;
        self.sweep(app, &info).await
    }

    /// Removes the pieces of uploads that were cut.
    async fn sweep(&self, app: &AppId, current: &ObjectInfo) -> Result<(), Cause> {
        let stream = self.context.get_stream_no_info(subject::snapshot_stream(app)).await?;
        let kept = subject::snapshot_chunks_of(app, &current.nuid);
        let mut stored = stream.info_with_subjects(subject::snapshot_chunks(app)).await?;
        while let Some((chunks, _)) = stored.try_next().await? {
            if chunks != kept {
                stream.purge().filter(chunks).await?;
            }
        }
        Ok(())
    }

    async fn download(&self, app: &AppId) -> Result<Download, Cause> {
        let Some(store) = self.snapshot_store(app).await? else { return Ok(Download::Missing) };
        let mut object = match store.get(subject::SNAPSHOT_OBJECT).await {
            Ok(object) => object,
            Err(error) if error.kind() == GetErrorKind::NotFound => return Ok(Download::Missing),
            Err(error) => return Err(error.into()),
        };
        if self.config.snapshot_bytes_max < object.info().size {
            return Ok(Download::TooLarge);
        }
        // The library waits for a missing piece for ever.
        let stream = self.context.get_stream_no_info(subject::snapshot_stream(app)).await?;
        let chunks = subject::snapshot_chunks_of(app, &object.info().nuid);
        let mut stored = stream.info_with_subjects(chunks).await?;
        let found = stored.try_next().await?.map_or(0, |(_, count)| count);
        if found != object.info().chunks {
            let wanted = object.info().chunks;
            return Ok(Download::Damaged(format!("{found} pieces instead of {wanted}").into()));
        }
        read_all(&mut object).await
    }

    async fn snapshot_store(&self, app: &AppId) -> Result<Option<ObjectStore>, Cause> {
        match self.context.get_object_store(subject::snapshot_bucket(app)).await {
            Ok(store) => Ok(Some(store)),
            Err(error) if is_stream_not_found(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn in_time<T>(
        &self,
        transfer: impl Future<Output = Result<T, Cause>> + Send,
    ) -> Result<T, Cause> {
        match tokio::time::timeout(self.config.snapshot_timeout(), transfer).await {
            Ok(transferred) => transferred,
            Err(elapsed) => Err(elapsed.into()),
        }
    }
}

/// What came of reading the object.
enum Download {
    Complete(Vec<u8>),
    Missing,
    Damaged(Cause),
    TooLarge,
}

/// Not `read_to_end`: the library fills the buffer and reports a wrong digest in one go, at which
/// that one panics.
async fn read_all(object: &mut Object) -> Result<Download, Cause> {
    let mut packed = Vec::with_capacity(object.info().size);
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        match object.read(&mut buffer).await {
            Ok(0) => return Ok(Download::Complete(packed)),
            Ok(bytes) => packed.extend_from_slice(&buffer[..bytes]),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Ok(Download::Damaged(error.into()));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn pack(meta: SnapshotMeta, json: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
    serde_json::to_writer(&mut encoder, &meta)?;
    io::Write::write_all(&mut encoder, b"\n")?;
    io::Write::write_all(&mut encoder, json)?;
    encoder.finish()
}

/// The snapshot; `None` when it is larger than `bytes_max`.
fn unpack(packed: &[u8], bytes_max: usize) -> io::Result<Option<(SnapshotMeta, Vec<u8>)>> {
    const META_BYTES_MAX: u64 = 1_024;
    let limit = (bytes_max as u64).saturating_add(META_BYTES_MAX);
    let mut unpacked = Vec::new();
    zstd::Decoder::new(packed)?.take(limit + 1).read_to_end(&mut unpacked)?;
    if limit < unpacked.len() as u64 {
        return Ok(None);
    }
    let end = unpacked.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
    let meta = serde_json::from_slice(&unpacked[..end])?;
    unpacked.drain(..=end);
    Ok(Some((meta, unpacked)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: SnapshotMeta = SnapshotMeta { schema: 3, log_seq: LogSeq(77) };

    #[test]
    fn what_is_packed_is_unpacked() {
        let packed = pack(META, b"{\"a\":1}\n").unwrap();
        let unpacked = unpack(&packed, 100).unwrap();
        assert_eq!(unpacked, Some((META, b"{\"a\":1}\n".to_vec())));
    }

    #[test]
    fn a_flipped_bit_or_a_cut_end_is_an_error() {
        let packed = pack(META, &[b'x'; 1_000]).unwrap();
        assert!(unpack(&packed[..packed.len() - 3], 10_000).is_err());
        assert!(unpack(b"not zstd at all", 10_000).is_err());
        assert!(unpack(&pack_raw(b"no meta"), 10_000).is_err());
    }

    #[test]
    fn more_than_the_limit_is_not_unpacked() {
        let packed = pack(META, &vec![b'x'; 1 << 20]).unwrap();
        assert_eq!(unpack(&packed, 1_000).unwrap(), None);
    }

    fn pack_raw(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, ZSTD_LEVEL).unwrap()
    }
}
