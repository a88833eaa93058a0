//! From a row to a record: every conversion may fail and says at which table, column and row.
//! And the one value that sqlx does not bind alike on both engines.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use sqlx::{
    Any, Database, Encode, Row, Type,
    any::{AnyRow, AnyTypeInfo},
    encode::IsNull,
    error::BoxDynError,
};

use super::{StoreError, StoreResult};
use crate::domain::{
    geo::{Crs, Point},
    posting::External,
};

/// A real number that may be missing, for binding.
///
/// sqlx 0.9 on Any announces a missing `f64` to PostgreSQL as a float4, and a missing `f32` as a
/// float8. The statement stays prepared with that type, and the next number does not fit it.
pub(super) struct Real(pub(super) Option<f64>);

impl Type<Any> for Real {
    fn type_info() -> AnyTypeInfo {
        <f64 as Type<Any>>::type_info()
    }
}

impl Encode<'_, Any> for Real {
    fn encode_by_ref(
        &self,
        to: &mut <Any as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        match self.0 {
            Some(number) => Encode::<Any>::encode(number, to),
            None => Encode::<Any>::encode(None::<f32>, to),
        }
    }
}

/// One row of a table, read column by column.
pub(super) struct Cells<'r> {
    row: &'r AnyRow,
    table: &'static str,
    key: &'static str,
}

impl<'r> Cells<'r> {
    /// The row, its table, and the column that names it.
    pub(super) fn new(row: &'r AnyRow, table: &'static str, key: &'static str) -> Cells<'r> {
        Cells { row, table, key }
    }

    fn wrong(&self, column: &'static str) -> StoreError {
        let row = self.row.try_get::<String, _>(self.key).unwrap_or_default();
        StoreError::Inconsistent { table: self.table, column, row }
    }

    pub(super) fn text(&self, column: &'static str) -> StoreResult<String> {
        Ok(self.row.try_get(column)?)
    }

    pub(super) fn text_maybe(&self, column: &'static str) -> StoreResult<Option<String>> {
        Ok(self.row.try_get(column)?)
    }

    pub(super) fn int(&self, column: &'static str) -> StoreResult<i64> {
        Ok(self.row.try_get(column)?)
    }

    pub(super) fn int_maybe(&self, column: &'static str) -> StoreResult<Option<i64>> {
        Ok(self.row.try_get(column)?)
    }

    pub(super) fn flag(&self, column: &'static str) -> StoreResult<bool> {
        Ok(self.int(column)? != 0)
    }

    pub(super) fn real(&self, column: &'static str) -> StoreResult<f64> {
        Ok(self.row.try_get(column)?)
    }

    pub(super) fn real_maybe(&self, column: &'static str) -> StoreResult<Option<f64>> {
        Ok(self.row.try_get(column)?)
    }

    pub(super) fn parsed<T: FromStr>(&self, column: &'static str) -> StoreResult<T> {
        self.text(column)?.parse().map_err(|_| self.wrong(column))
    }

    pub(super) fn parsed_maybe<T: FromStr>(&self, column: &'static str) -> StoreResult<Option<T>> {
        let text = self.text_maybe(column)?;
        text.map(|text| text.parse().map_err(|_| self.wrong(column))).transpose()
    }

    pub(super) fn json<T: DeserializeOwned>(&self, column: &'static str) -> StoreResult<T> {
        serde_json::from_str(&self.text(column)?).map_err(|_| self.wrong(column))
    }

    pub(super) fn checked<T>(&self, column: &'static str, value: Option<T>) -> StoreResult<T> {
        value.ok_or_else(|| self.wrong(column))
    }

    /// The point of the columns `lat` and `lon`.
    pub(super) fn point(&self) -> StoreResult<Option<Point>> {
        match (self.real_maybe("lat")?, self.real_maybe("lon")?) {
            (Some(lat), Some(lon)) => {
                Ok(Some(self.checked("lat", Point::new(lat, lon, Crs::Wgs84).ok())?))
            }
            _ => Ok(None),
        }
    }

    /// The identity of the columns `source` and `external_id`.
    pub(super) fn external(&self) -> StoreResult<Option<External>> {
        let (source, id) = (self.text_maybe("source")?, self.text_maybe("external_id")?);
        Ok(source.zip(id).map(|(source, id)| External { source, id }))
    }
}
